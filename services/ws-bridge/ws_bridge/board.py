"""What the bridge knows of a host, and when the dashboards hear of it."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from shared.complaints import Complaints
from shared.payloads import Container, HostStats
from shared.subscription import Subscription
from ws_bridge.dashboard import stats_frame
from ws_bridge.listener import Listener

# A frame goes out with each reading, which comes each 2 s; one that comes sooner waits a little.
# When none comes the last one is sent again, with the time of day.
_SHORTEST_SECONDS, _LONGEST_SECONDS = 1.9, 2.05


class Board:
    """The newest reading and containers of one host; empty until the first reading."""

    def __init__(self, shape: Literal["list", "map"]) -> None:
        self._shape: Literal["list", "map"] = shape
        self._stats: HostStats | None = None
        self._containers: Sequence[Container] = ()
        self._complaints = Complaints(logging.getLogger("ws-bridge"))
        self.fresh = asyncio.Event()

    def show_stats(self, stats: HostStats) -> None:
        """Take a reading."""
        self._stats = stats
        self.fresh.set()

    def show_containers(self, containers: Sequence[Container]) -> None:
        """Take the list of containers."""
        self._containers = containers

    def frame(self) -> bytes | None:
        """Return the frame of this moment, None before the first reading."""
        if self._stats is None:
            return None
        now = datetime.now().astimezone()
        text, left_out = stats_frame(self._stats, self._containers, now, self._shape)
        if left_out:
            self._complaints.say(
                "dashboard",
                f"{left_out} containers left out, a display takes 2 kB; choose by STATS_CONTAINERS",
            )
        return text


async def follow_stats(readings: Subscription[HostStats], board: Board) -> None:
    """Show each reading."""
    async for reading in readings:
        if reading.payload is not None:
            board.show_stats(reading.payload)


async def follow_containers(lists: Subscription[list[Container]], board: Board) -> None:
    """Show each list of containers."""
    async for containers in lists:
        board.show_containers(containers.payload or ())


async def push_frames(board: Board, listener: Listener) -> None:
    """Send a frame to all clients each 2 s, with the readings as long as they come."""
    loop = asyncio.get_running_loop()
    last = loop.time() - _SHORTEST_SECONDS
    while True:
        try:
            async with asyncio.timeout_at(last + _LONGEST_SECONDS):
                await board.fresh.wait()
        except TimeoutError:
            pass
        else:
            await asyncio.sleep(last + _SHORTEST_SECONDS - loop.time())
        board.fresh.clear()
        frame = board.frame()
        if frame is None:
            await board.fresh.wait()
            continue
        last = loop.time()
        listener.send(frame)
