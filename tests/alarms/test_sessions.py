"""The expiry of sessions; what else they do is in tests/e2e/test_clock_sessions.py."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alarms import sessions
from alarms.clock import Clock
from alarms.session import Session
from alarms.session_store import SessionStore
from alarms.sessions import Sessions
from alarms.settings import Settings
from alarms.store import Store
from shared.mqtt import Mqtt
from shared.testing import TIMEOUT_SECONDS
from shared.zone import HubZone


@pytest.mark.parametrize(("days", "left"), [(365, {"b", "c"}), (0, {"a", "b", "c"})])
async def test_sessions_that_nobody_uses_go_after_their_days(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int, left: set[str]
) -> None:
    """And stay for ever where no days are set."""
    async with Store(tmp_path / "a.sqlite") as store:
        await store.read()
        kept = SessionStore(store, tmp_path / "a.sqlite", 10)
        today = datetime.now(UTC).date().toordinal()
        for own, age in (("a", 367), ("b", 364), ("c", 0)):
            await kept.save({own: Session()}, today - age)
        monkeypatch.setattr(sessions, "_FIRST_EXPIRY_SECONDS", 0.0)
        monkeypatch.setattr(sessions, "_EXPIRY_SECONDS", 0.001)
        one = Sessions(
            Mqtt(Settings(mantel_node="pi"), "alarms"),
            kept,
            clock=Clock(patience_seconds=0),
            zone=HubZone("UTC"),
            days=days,
        )
        looking = asyncio.create_task(one.expire())
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while set(await kept.read("abc") or {}) != left:
                await asyncio.sleep(0.01)
        looking.cancel()
