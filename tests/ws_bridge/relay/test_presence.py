"""What a copy of the bridge tells of its devices; with a broker it is in test_copies.py."""

import asyncio

import pytest

from tests.ws_bridge.relay.conftest import until
from ws_bridge.relay import presence as module
from ws_bridge.relay.message import Form
from ws_bridge.relay.presence import Presence
from ws_bridge.relay.rights import Rights
from ws_bridge.relay.session import Session


async def test_what_was_not_taken_is_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when nothing changes and the connection stays, as with a broker that was too slow."""
    monkeypatch.setattr(module, "_AGAIN_SECONDS", 0.01)
    presence = Presence("pi/ws-bridge", lambda _: None)
    told: list[tuple[str, bytes]] = []

    async def publish(device: str, payload: bytes) -> bool:
        told.append((device, payload))
        return len(told) > 2

    publishing = asyncio.create_task(presence.publish(publish))
    presence.arrive(Session("1", Rights("kitchen"), Form(), 0.0))
    await until(lambda: len(told) == 3)
    assert len(set(told)) == 1
    assert not presence._unsaid
    publishing.cancel()
