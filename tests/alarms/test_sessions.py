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
from alarms.turn import Seen
from shared.mqtt import Mqtt
from shared.subscription import Received
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


async def test_who_comes_and_goes_while_a_turn_hangs_waits_twice_at_most(tmp_path: Path) -> None:
    """As a bridge that is started again and again: it would grow without end."""
    one = Sessions(
        Mqtt(Settings(mantel_node="pi"), "alarms"),
        SessionStore(Store(tmp_path / "a.sqlite"), tmp_path / "a.sqlite", 10),
        clock=Clock(patience_seconds=0),
        zone=HubZone("UTC"),
        days=0,
    )
    for word in 100 * ["online", "offline"]:
        for node in ("pi", "attic"):
            levels = {"node": node, "service": "ws-bridge"}
            one._see_holder(Received(word, levels, retained=False))
    assert list(one._waiting) == [
        Seen("pi/ws-bridge", True), Seen("attic/ws-bridge", True),
        Seen("pi/ws-bridge", False), Seen("attic/ws-bridge", False),
    ]  # fmt: skip
