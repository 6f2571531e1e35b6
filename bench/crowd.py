"""A thousand displays at once on the statistics port of a bridge.

The bench publishes the readings itself, numbered, so that it knows when each was sent; broker
and bridge run on the first core and the displays on the second. All on the loopback interface.
"""

import asyncio
import resource
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import msgspec

from bench.displays import Crowd
from bench.meter import cpu_seconds, pss_bytes
from bench.process import SkipError, need_broker, pinned, service, wait
from bench.verdict import Outcome
from shared import topics
from shared.payloads import HostStats
from shared.testing import Broker, Client, free_port
from stats.mock import mock_stats

_DISPLAYS = 1000
_NODE = "crowd"
_BEAT_SECONDS = 1.97  # the bridge sends at once what comes 1.9 to 2.05 s after its last frame
_LATE_SECONDS = 5.0
_MEGABYTE = 1_000_000


def measure(directory: Path, *, quick: bool) -> list[Outcome]:
    """Fill the port of one bridge, and see what that costs."""
    need_broker()
    raise_limit()
    port = free_port()
    settings = {"WS_BRIDGE_STATS_NODE": _NODE, "WS_BRIDGE_STATS_PORT": str(port)}
    with Broker(directory) as broker, Client(broker) as client:
        Source(client).publish(0)
        with (
            service("ws-bridge", broker, directory, settings) as bridge,
            pinned([broker.pid, bridge.pid]),
        ):
            wait(1.5)  # it has connected and has the reading
            return asyncio.run(_crowd(port, bridge.pid, Source(client), quick=quick))


class Source:
    """Publishes numbered readings of a host that does not exist."""

    def __init__(self, client: Client) -> None:
        self._client = client
        now = datetime.now(UTC)
        self._reading: HostStats = mock_stats(now, now, lambda: 0.5)

    def publish(self, number: int) -> float:
        """Publish the reading of this number; return when."""
        reading = msgspec.structs.replace(self._reading, uptime_seconds=number * 3600.0)
        name = topics.HOST_STATS.name("mantel", node=_NODE)
        at = time.monotonic()
        self._client.publish(name, topics.HOST_STATS.encode(reading), qos=0, retain=True)
        return at


async def _crowd(port: int, bridge: int, source: Source, *, quick: bool) -> list[Outcome]:
    steady = 2 if quick else 8
    crowd = Crowd(port)
    before = pss_bytes(bridge)
    busy, start = time.process_time(), time.monotonic()
    await crowd.join(_DISPLAYS)
    everybody = await crowd.all_have(0, 30)
    first = crowd.last_seconds(0, start) if everybody else float("inf")
    busy = (time.process_time() - busy) / (time.monotonic() - start)
    lost = "" if everybody else f"{crowd.without(0)} got no first frame"

    beat = Beat(crowd, source)
    await beat.times(1)  # in step, and what the connecting left behind is done
    spent = cpu_seconds(bridge)
    late = await beat.times(steady)
    spent = cpu_seconds(bridge) - spent
    growth = (pss_bytes(bridge) - before) / _MEGABYTE
    delivered = _DISPLAYS * steady - beat.lost
    cost = spent / delivered * 100_000 if delivered else float("inf")
    missing = f"{beat.lost} frames were not delivered" if beat.lost else ""
    return [
        Outcome("crowd-first-frame", (first,), lost=lost, note=f"clients' core busy {busy:.2f}"),
        Outcome("crowd-memory", (growth,), lost=lost, note=f"{_DISPLAYS} clients"),
        Outcome(
            "crowd-cpu",
            (1000 * spent / (steady * _BEAT_SECONDS),),
            lost=missing,
            note=f"{delivered} frames, {cost:.2f} s a 100k, "
            f"the last client has one after {1000 * median(late):.0f} ms",
        ),
    ]


class Beat:
    """Readings in step with the bridge, one after each of its frames, until everybody has it.

    A reading that is out of step waits in the bridge for its next frame; that is not what is
    measured here.
    """

    def __init__(self, crowd: Crowd, source: Source) -> None:
        self._crowd = crowd
        self._source = source
        self.number = 0
        self.lost = 0

    async def times(self, count: int) -> list[float]:
        """Return, for each of `count` readings, the seconds until the last client had it."""
        seconds = []
        for _ in range(count):
            await self._in_step()
            self.number += 1
            at = await asyncio.to_thread(self._source.publish, self.number)
            if await self._crowd.all_have(self.number, _LATE_SECONDS):
                seconds.append(self._crowd.last_seconds(self.number, at))
            else:
                self.lost += self._crowd.without(self.number)
                seconds.append(_LATE_SECONDS)
        return seconds

    async def _in_step(self) -> None:
        wait = 0.01
        while wait > 0:  # a frame that comes meanwhile puts it off
            await asyncio.sleep(wait)
            wait = self._crowd.last_at + _BEAT_SECONDS - time.monotonic()


def raise_limit() -> None:
    """Allow a file for each client; SkipError where the system does not."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if most < _DISPLAYS + 100:
        raise SkipError(f"the system allows only {most} open files")
