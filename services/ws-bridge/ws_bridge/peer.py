"""A client of a port whose messages are taken one after the other, or not at all."""

import array
import asyncio
import fcntl
import termios
from typing import Any

from ws_bridge.host import Host
from ws_bridge.line import Line

_HANDSHAKE_SECONDS = 10.0


class GoneError(Exception):
    """The client is gone, and all that it has said was heard."""


class Peer(Line):
    """One connected client."""

    def __init__(self, host: Host[Any], most_message_bytes: int, most_owed_bytes: int) -> None:
        super().__init__(host, most_message_bytes, most_owed_bytes, _HANDSHAKE_SECONDS)
        self._said: str | bytes | None = None
        self._taken: asyncio.Future[None] | None = None
        self._wanted: asyncio.Future[None] | None = None
        self._is_gone = False

    async def hear(self) -> str | bytes:
        """Return what the client says next; GoneError when it went."""
        while self._said is None:
            if self._is_gone:
                raise GoneError
            self._wanted = self._loop.create_future()
            await self._wanted
        said, self._said = self._said, None
        if self._taken is not None:
            self._taken.set_result(None)
            self._taken = None
        return said

    def say(self, message: str | bytes) -> "asyncio.Future[None]":
        """Keep a message until it is heard, which the future tells; no other comes before."""
        self._said = message
        self._taken = self._loop.create_future()
        self._call()
        return self._taken

    def say_no_more(self) -> None:
        """Let GoneError be raised."""
        self._is_gone = True
        self._call()

    def _call(self) -> None:
        if self._wanted is not None and not self._wanted.done():
            self._wanted.set_result(None)

    def is_unheard(self) -> bool:
        """Tell whether the client has said something that nobody took yet, also in the kernel."""
        if self._said is not None or not self._inbox.is_empty:
            return True
        waiting = array.array("i", [0])
        try:
            fcntl.ioctl(self.file, termios.FIONREAD, waiting)
        except OSError:  # it has gone
            return False
        return waiting[0] > 0
