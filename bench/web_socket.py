"""A small WebSocket client: the handshake, and frames from the server, unmasked and unfragmented.

A client library would cost more than the bridge that is measured.
"""

import asyncio
import time

HELLO = (
    b"GET / HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
_PING = 0x89
_PONG = b"\x8a\x80\0\0\0\0"  # empty, and masked as all that a client says


class Client(asyncio.Protocol):
    """One client; who inherits says what is heard."""

    hello = HELLO

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._upgraded = False
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade at once."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self.hello)

    def upgraded(self) -> None:
        """Do what is due when the server has agreed."""

    def hear(self, frame: bytes, now: float) -> None:
        """Take a frame, its header included; `now` is by the monotonic clock."""

    def data_received(self, data: bytes) -> None:
        """Take what came apart into frames, and answer pings."""
        now = time.monotonic()
        self._buffer += data
        if not self._upgraded:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            self._upgraded = self._buffer.startswith(b"HTTP/1.1 101 ")
            del self._buffer[: end + 4]
            self.upgraded()
        while (length := whole_frame(self._buffer)) is not None:
            frame = bytes(self._buffer[:length])
            del self._buffer[:length]
            if frame[0] == _PING:
                self.transport.write(_PONG)
            else:
                self.hear(frame, now)


def whole_frame(buffer: bytearray) -> int | None:
    """Return the length of the first frame with its header, None while it is not complete."""
    if len(buffer) < 2:
        return None
    head, length = 2, buffer[1] & 0x7F
    if length >= 126:
        head = 4 if length == 126 else 10
        length = int.from_bytes(buffer[2:head])
    return head + length if len(buffer) >= head + length else None
