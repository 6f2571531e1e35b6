"""What a WebSocket connection asks of the port that takes it in."""

import asyncio
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from ws_bridge.line import Line

L = TypeVar("L", bound="Line", contravariant=True)


class RefusalError(Exception):
    """A handshake is answered by a status, not by a connection."""

    def __init__(self, status: int, message: str, retry_seconds: int | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.retry_seconds = status, message, retry_seconds


class Host(Protocol[L]):
    """What a line's events are told to."""

    def arrive(self, line: L) -> None:
        """Note that somebody has connected."""

    def open(self, line: L) -> None:
        """Let a handshake in, or raise RefusalError."""

    def greet(self, line: L) -> None:
        """Say what there is to say first: the handshake is done."""

    def hear(self, line: L, message: str | bytes) -> "asyncio.Future[None] | None":
        """Do what a client says; what it says next is read when the answer is done."""

    def fill(self, line: L) -> None:
        """Write no more: the client has to read first."""

    def drain(self, line: L) -> None:
        """Write again: it has read what it was owed."""

    def leave(self, line: L) -> None:
        """Forget the connection: nothing more can be written."""
