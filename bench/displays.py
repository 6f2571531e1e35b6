"""Many small WebSocket clients in one event loop, for `crowd.py`, `stalled.py` and `listeners.py`.

Only what a display needs: the handshake, and frames from the server, unmasked and unfragmented.
A client library would cost more than the bridge that is measured.
"""

import asyncio
import contextlib
import socket
import time
from collections import Counter

HELLO = (
    b"GET / HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
_PING = 0x89
_PONG = b"\x8a\x80\0\0\0\0"  # empty, and masked as all that a client says
_MARK = b'"uptime_hrs":'  # the readings carry their number in it


class Display(asyncio.Protocol):
    """One client; `came` holds when each numbered frame came first."""

    def __init__(self, crowd: "Crowd") -> None:
        self._crowd = crowd
        self._buffer = bytearray()
        self._upgraded = False
        self.came: dict[int, float] = {}
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade at once."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(HELLO)

    def data_received(self, data: bytes) -> None:
        """Take what came apart into frames."""
        self._buffer += data
        if not self._upgraded:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            self._upgraded = self._buffer.startswith(b"HTTP/1.1 101 ")
            del self._buffer[: end + 4]
        while (length := whole_frame(self._buffer)) is not None:
            mark = self._buffer.find(_MARK, 0, min(length, 1000))
            if mark >= 0:
                start = mark + len(_MARK)
                number = int(float(self._buffer[start : self._buffer.index(b",", start)]))
                self._crowd.last_at = time.monotonic()
                self._crowd.newest = max(self._crowd.newest, number)
                if number not in self.came:
                    self.came[number] = self._crowd.last_at
                    self._crowd.holders[number] += 1
                self._crowd.frame_came.set()
            elif self._buffer[0] == _PING:
                self.transport.write(_PONG)
            del self._buffer[:length]


def whole_frame(buffer: bytearray) -> int | None:
    """Return the length of the first frame with its header, None while it is not complete."""
    if len(buffer) < 2:
        return None
    head, length = 2, buffer[1] & 0x7F
    if length >= 126:
        head = 4 if length == 126 else 10
        length = int.from_bytes(buffer[2:head])
    return head + length if len(buffer) >= head + length else None


class Crowd:
    """All clients of one port."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.displays: list[Display] = []
        self.frame_came = asyncio.Event()
        self.last_at = 0.0
        self.newest = 0
        self.holders: Counter[int] = Counter()

    async def join(self, count: int) -> None:
        """Connect `count` clients at once."""
        loop = asyncio.get_running_loop()
        joined = await asyncio.gather(
            *(
                loop.create_connection(lambda: Display(self), "127.0.0.1", self._port)
                for _ in range(count)
            )
        )
        self.displays += [display for _, display in joined]

    def leave(self) -> None:
        """Cut all connections; what came stays known."""
        for display in self.displays:
            display.transport.abort()

    def without(self, number: int) -> int:
        """Return how many clients did not get this frame."""
        return len(self.displays) - self.holders[number]

    async def all_have(self, number: int, seconds: float) -> bool:
        """Wait until everybody has this frame; False when some did not get it in `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                while self.without(number):
                    self.frame_came.clear()
                    await self.frame_came.wait()
        except TimeoutError:
            return False
        return True

    def last_seconds(self, number: int, since: float) -> float:
        """Return how long after `since` the last client got this frame."""
        return max(display.came[number] for display in self.displays) - since


def stalled(port: int) -> socket.socket:
    """Return a client that asks for the upgrade and never reads anything."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(("127.0.0.1", port))
    client.sendall(HELLO)
    return client


def left_bytes(client: socket.socket) -> int:
    """Read what waits for the stalled client; while it reads no more than that can follow."""
    client.setblocking(False)
    total = 0
    with contextlib.suppress(OSError):  # nothing more, or the bridge has cut it off
        while data := client.recv(1 << 20):
            total += len(data)
    return total
