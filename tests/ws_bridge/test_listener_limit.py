"""More clients than a port takes."""

import asyncio
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from shared.mqtt import Mqtt
from shared.testing import TIMEOUT_SECONDS, free_port
from ws_bridge import listener as module
from ws_bridge import web_api
from ws_bridge.listener import Listener
from ws_bridge.media_folder import MediaFolder
from ws_bridge.room import Room
from ws_bridge.settings import Settings
from ws_bridge.web_api import WebApi
from ws_bridge.web_port import WebPort


async def test_too_many_are_refused_and_far_too_many_are_cut_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Those that are there stay, and when one goes there is room again."""
    monkeypatch.setattr(module, "MOST_CONNECTIONS", 1)
    port = free_port()
    url = f"ws://127.0.0.1:{port}/"
    async with (
        asyncio.timeout(TIMEOUT_SECONDS),
        Listener("127.0.0.1", port, "A_PORT", lambda: b"hello") as listener,
    ):
        async with connect(url) as first:
            assert await first.recv() == "hello"
            with pytest.raises(InvalidStatus) as refused:
                await connect(url)
            assert refused.value.response.status_code == 503
            assert refused.value.response.headers["Retry-After"] == "10"
            while len(listener._peers) > 1:
                await asyncio.sleep(0.01)
            _, unheard = await asyncio.open_connection("127.0.0.1", port)
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            assert await reader.read() == b""
            writer.close()
            unheard.close()
            listener.send(b"more")
            assert await first.recv() == "more"
        while listener._peers:
            await asyncio.sleep(0.01)
        async with connect(url) as second:
            assert await second.recv() == "hello"


async def test_too_many_browsers_are_refused_as_well(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """On the panel's port, whose pages are still served."""
    monkeypatch.setattr(web_api, "MOST_CONNECTIONS", 1)
    port = free_port()
    url = f"ws://127.0.0.1:{port}/ws"
    room = Room(Mqtt(Settings(), "ws-bridge"), MediaFolder(tmp_path))
    api = WebApi(room, tmp_path)
    async with asyncio.timeout(TIMEOUT_SECONDS), WebPort("127.0.0.1", port, api, room):
        async with connect(url) as first:
            with pytest.raises(InvalidStatus) as refused:
                await connect(url)
            assert refused.value.response.status_code == 503
            assert refused.value.response.headers["Retry-After"] == "10"
            assert refused.value.response.body == b"too many connections\n"
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET / HTTP/1.0\r\n\r\n")
            assert (await reader.read()).startswith(b"HTTP/1.1 200 ")
            writer.close()
            room.stop()
            assert await first.recv() == '{"type": "stop"}'
        while api.sockets:
            await asyncio.sleep(0.01)
        async with connect(url):
            assert len(api.sockets) == 1
