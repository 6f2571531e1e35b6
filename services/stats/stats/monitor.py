"""Answers for the HTTP API: keeps those of /stats, and computes each only once at a time.

A request that waits delays no other: what blocks runs in a thread, the second of `block=true`
passes in the event loop, and a mount that hangs is left behind (see rooms).
"""

import asyncio
import gzip
import time
from collections import deque
from collections.abc import Callable, Coroutine
from functools import cached_property
from typing import Any, TypeVar

from shared.payloads import HostStats
from stats import bodies, processes
from stats.bodies import Body
from stats.history import METRICS, History, duration
from stats.machine import Machine
from stats.settings import Settings
from stats.snapshot import Cores

T = TypeVar("T")

_BLOCK_SECONDS = 1.0
_LEAST_BASE_SECONDS = 0.2
"""CPU time is compared with that of so long ago at least; ticks are 10 ms."""


class Answer:
    """A body of /stats, ready to be sent."""

    def __init__(self, body: Body, made: float) -> None:
        self.body = body
        self.made = made

    @cached_property
    def plain(self) -> bytes:
        """As JSON."""
        return bodies.encoded(self.body)

    @cached_property
    def message(self) -> bytes:
        """With its own headers, as it goes over the wire."""
        return _message(self.plain, b"")

    @cached_property
    def zipped_message(self) -> bytes:
        """The same, compressed."""
        return _message(gzip.compress(self.plain, 6), b"content-encoding: gzip\r\n")


def _message(body: bytes, headers: bytes) -> bytes:
    length = b"content-length: %d\r\n" % len(body)
    return b"content-type: application/json\r\n" + headers + length + b"\r\n" + body


class Monitor:
    """What the HTTP API tells of a machine; every reading of the service comes here too."""

    def __init__(self, machine: Machine, settings: Settings) -> None:
        self._machine = machine
        self._settings = settings
        self._history = History(settings.stats_interval_seconds)
        self._answer: Answer | None = None
        self._running: dict[object, asyncio.Task[Any]] = {}
        self._bases: deque[tuple[float, Cores]] = deque([(time.monotonic(), machine.cores())])
        self.latest: HostStats | None = None
        """The last reading."""

    def take(self, stats: HostStats) -> None:
        """Remember a reading."""
        self.latest = stats
        self._history.add(stats)

    def kept(self) -> Answer | None:
        """Return the answer of /stats while it is young enough."""
        answer = self._answer
        if answer and time.monotonic() - answer.made < self._settings.pistat_cache_seconds:
            return answer
        return None

    async def stats(self, *, block: bool, cache: bool) -> Answer:
        """Return an answer of /stats; with `block` after a second in which the CPU is measured."""
        answer = self.kept() if cache else None
        if answer is None:
            answer = await self._once(("stats", block), lambda: self._measure(block=block))
        return answer

    async def _measure(self, *, block: bool) -> Answer:
        base = None
        if block:
            base = self._machine.cores()
            await asyncio.sleep(_BLOCK_SECONDS)
        snapshot = await asyncio.to_thread(self._machine.snapshot)
        body = bodies.stats(snapshot, base or self._base(snapshot.cores))
        self._answer = Answer(body, time.monotonic())
        return self._answer

    def _base(self, cores: Cores) -> Cores:
        """Return the CPU times to compare `cores` with: the last ones that are old enough."""
        now = time.monotonic()
        while len(self._bases) > 1 and now - self._bases[1][0] >= _LEAST_BASE_SECONDS:
            self._bases.popleft()
        base = self._bases[0][1]
        if now - self._bases[-1][0] >= _LEAST_BASE_SECONDS:
            self._bases.append((now, cores))
        return base

    def health(self) -> Body:
        """Return the body of /health."""
        return bodies.health(self._machine.uptime(), self._machine.memory_percent(), time.time())

    async def processes(self, sort: str, limit: int) -> Body:
        """Return the body of /processes."""
        rows = await self._once("processes", lambda: asyncio.to_thread(self._machine.processes))
        return bodies.processes(processes.top(rows, sort, limit), time.time())

    async def interfaces(self) -> Body:
        """Return the body of /network/interfaces."""
        network = await self._once("network", lambda: asyncio.to_thread(self._machine.network))
        return bodies.interfaces(network, time.time())

    async def storage(self) -> Body:
        """Return the body of /storage/devices."""
        devices = await self._once("devices", lambda: asyncio.to_thread(self._machine.devices))
        return bodies.storage(devices, self._machine.disk_io(), time.time())

    def history(self, metric: str, period: str) -> Body:
        """Return the body of /metrics/history; `metric` and `period` as in the query."""
        now = time.time()
        series = None
        if metric:
            names = [name.strip() for name in metric.split(",")]
            series = self._history.series(names, duration(period), now)
        return bodies.history(METRICS, series, now)

    async def config(self) -> Body:
        """Return the body of /system/config."""
        about = await asyncio.to_thread(self._machine.about)
        return bodies.config(self._settings, about, time.time())

    async def _once(self, key: object, make: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Return what `make` makes; whoever asks meanwhile gets the same.

        It goes on when the one who asked first has left.
        """
        task: asyncio.Task[T] | None = self._running.get(key)
        if task is None:
            task = self._running[key] = asyncio.create_task(make(), name=f"answer {key}")
            task.add_done_callback(lambda _: self._running.pop(key))
        return await asyncio.shield(task)
