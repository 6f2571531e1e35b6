"""The panel's port: HTTP, and WebSocket at /ws."""

import asyncio
import logging
from typing import Self

from shared.http.connection import Connection
from shared.pace import beats
from ws_bridge.port import BACKLOG, listen
from ws_bridge.room import Room
from ws_bridge.web_api import WebApi

log = logging.getLogger("ws-bridge")

_GOODBYE_SECONDS = 0.3
_LOOK_SECONDS = 5.0


class WebPort:
    """An async context manager; StartError when the port cannot be had."""

    def __init__(self, host: str, port: int, api: WebApi, room: Room) -> None:
        self._address = (host, port)
        self._api = api
        self._room = room
        self._connections: set[Connection] = set()

    async def __aenter__(self) -> Self:
        listening = listen(self._address, "WS_BRIDGE_HTTP_PORT")
        self._server = await asyncio.get_running_loop().create_server(
            lambda: Connection(self._api, self._connections), sock=listening, backlog=BACKLOG
        )
        self._cutting = asyncio.create_task(self._cut(), name="cut off who does not read")
        log.info("panel page on port %s", self._address[1])
        return self

    async def __aexit__(self, *_exception: object) -> None:
        """Say goodbye to the browsers, and give them a moment to answer."""
        self._cutting.cancel()
        self._server.close()
        self._room.close()
        for connection in list(self._connections):
            connection.leave()
        for browser in list(self._api.sockets):
            browser.say_goodbye()
        if self._api.sockets:
            gone = [browser.gone for browser in self._api.sockets]
            await asyncio.wait(gone, timeout=_GOODBYE_SECONDS)
        for browser in list(self._api.sockets):
            browser.abort()

    async def _cut(self) -> None:
        async for _ in beats(_LOOK_SECONDS):
            self._room.give_up()
