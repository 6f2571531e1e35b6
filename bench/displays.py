"""Many displays in one event loop, for `crowd.py` and `stalled.py`."""

import asyncio
import contextlib
import socket
from collections import Counter

from bench.web_socket import HELLO, Client

_MARK = b'"uptime_hrs":'  # the readings carry their number in it


class Display(Client):
    """One client; `came` holds when each numbered frame came first."""

    def __init__(self, crowd: "Crowd") -> None:
        super().__init__()
        self._crowd = crowd
        self.came: dict[int, float] = {}

    def hear(self, frame: bytes, now: float) -> None:
        """Note the number of a reading."""
        mark = frame.find(_MARK, 0, 1000)
        if mark < 0:
            return
        start = mark + len(_MARK)
        number = int(float(frame[start : frame.index(b",", start)]))
        self._crowd.last_at = now
        self._crowd.newest = max(self._crowd.newest, number)
        if number not in self.came:
            self.came[number] = now
            self._crowd.holders[number] += 1
        self._crowd.frame_came.set()


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
