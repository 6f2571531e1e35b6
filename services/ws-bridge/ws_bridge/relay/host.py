"""What a connection of the relay asks of whoever takes it in."""

import asyncio
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ws_bridge.relay.line import Line


class RefusalError(Exception):
    """A handshake is answered by a status, not by a connection."""

    def __init__(self, status: int, message: str, retry_seconds: int | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.retry_seconds = status, message, retry_seconds


class Host(Protocol):
    """What a line's events are told to."""

    def arrive(self, line: "Line") -> None:
        """Note that somebody has connected."""

    def open(self, line: "Line") -> None:
        """Let a handshake in, or raise RefusalError."""

    def hear(self, line: "Line", message: str | bytes) -> "asyncio.Future[None] | None":
        """Do what a device says; what it says next is read when the answer is done."""

    def fill(self, line: "Line") -> None:
        """Write no more: the device has to read first."""

    def drain(self, line: "Line") -> None:
        """Write again: it has read most."""

    def leave(self, line: "Line") -> None:
        """Forget the connection: nothing more can be written."""
