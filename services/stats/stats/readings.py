"""Publishes the readings of the host and the events between them."""

import asyncio
import logging
import random
from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Protocol

from shared import topics
from shared.complaints import Complaints
from shared.mqtt import Mqtt
from shared.pace import on_beats
from shared.payloads import HostStats
from stats.edges import Kind, active, events
from stats.entities import event_entity, host_entities, told_fields
from stats.entity_list import EntityList
from stats.mock import mock_stats
from stats.sampling import Sample, reading

log = logging.getLogger("stats")

_LOOK_SECONDS = 60.0  # a look takes threads, and costs more than a reading
_MOST_REMEMBERED = 16  # disks, and interfaces
_FIRST_SECONDS = 0.2  # rates need two samples; nobody waits a whole interval for the first reading
_UNREADABLE = (OSError, ValueError, LookupError, ArithmeticError, RuntimeError)
"""The kernel's tables may be gone, empty or odd, and there may be no thread to be had."""


class Sampled(Protocol):
    """A host whose counters can be read."""

    def look(self) -> None:
        """Read what changes slowly; blocks, and may run while `sample` does."""

    def sample(self) -> Sample:
        """Read everything else; takes a fraction of a millisecond."""


async def publish_readings(
    mqtt: Mqtt,
    entities: EntityList,
    host: Sampled,
    interval_seconds: float,
    take: Callable[[HostStats], None],
) -> None:
    """Read the host each interval and publish what it says; `take` gets each reading too."""
    told = Told(mqtt, entities)
    complaints = Complaints(log)
    await _look(host, complaints)
    before: Sample | None = None

    def read() -> None:
        nonlocal before
        try:
            after = host.sample()
            stats = None if before is None else reading(before, after)
        except _UNREADABLE as error:
            complaints.say("reading", f"left out: {error}")
            return
        complaints.settle("reading")
        before = after
        if stats is not None:
            told.publish(stats)
            take(stats)

    read()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(look_again(host, complaints), name="look again")
        await asyncio.sleep(_FIRST_SECONDS)
        await on_beats(interval_seconds, read)


async def look_again(host: Sampled, complaints: Complaints) -> None:
    """Read what changes slowly once a minute."""
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        await _look(host, complaints)


async def _look(host: Sampled, complaints: Complaints) -> None:
    """Read what changes slowly; what cannot be read stays as it was."""
    try:
        await asyncio.to_thread(host.look)
        complaints.settle("disks and sensors")
    except _UNREADABLE as error:
        complaints.say("disks and sensors", f"not read: {error}")


async def invent_readings(
    mqtt: Mqtt,
    entities: EntityList,
    interval_seconds: float,
    take: Callable[[HostStats], None],
) -> None:
    """Publish readings of a host that does not exist; `take` gets each of them too."""
    told = Told(mqtt, entities)
    started_at = datetime.now().astimezone().replace(microsecond=0)

    def invent() -> None:
        stats = mock_stats(datetime.now().astimezone(), started_at, random.random)
        told.publish(stats)
        take(stats)

    await on_beats(interval_seconds, invent)


def remembered(before: Iterable[str], now: Collection[str]) -> dict[str, None]:
    """Return the names that were seen, those of `now` last; of too many the longest gone go.

    Some machines give each guest, pod or telephone an interface or a mount of a new name.
    """
    gone = [name for name in before if name not in now]
    room = max(0, _MOST_REMEMBERED - len(now))
    return dict.fromkeys([*gone[max(0, len(gone) - room) :], *now])


class Told:
    """What was told of the host so far: the entities it has, and what is wrong with it."""

    def __init__(self, mqtt: Mqtt, entities: EntityList) -> None:
        self._mqtt = mqtt
        self._entities = entities
        self._wrong: frozenset[Kind] = frozenset()
        self._fields: frozenset[str] = frozenset()
        self._disks: dict[str, None] = {}
        self._networks: dict[str, None] = {}
        self._shape: tuple[object, ...] = ()

    def publish(self, stats: HostStats) -> None:
        """Publish a reading, and what began or ended with it."""
        self._mqtt.publish(topics.HOST_STATS, stats)
        self._announce(stats)
        wrong = active(stats, self._wrong)
        if wrong == self._wrong:
            return
        for event in events(self._wrong, wrong, stats.at):
            self._mqtt.publish(topics.HOST_EVENT, event)
            what = event.event.replace("_", " ") + (f" ({event.detail})" if event.detail else "")
            log.log(logging.WARNING if event.active else logging.INFO, "host: %s %s",
                    what, "began" if event.active else "ended")  # fmt: skip
        self._wrong = wrong

    def _announce(self, stats: HostStats) -> None:
        """Announce what this host has shown since the service was started.

        A sensor that fails for a while, a disk or a network that comes and goes keeps its
        entity, and with it what the user made of it. What never came back is removed when the
        service is started again.
        """
        self._fields |= told_fields(stats)
        self._disks = remembered(self._disks, stats.disks)
        self._networks = remembered(self._networks, stats.networks)
        cores = len(stats.cpu_core_percents)
        shape = (len(self._fields), cores, frozenset(self._disks), frozenset(self._networks))
        if shape == self._shape:  # a hundred entities are not made anew for each reading
            return
        self._shape = shape
        topic = self._mqtt.name(topics.HOST_STATS)
        self._entities.replace_host(
            host_entities(self._fields, cores, self._disks, self._networks, topic)
            | event_entity(self._mqtt.name(topics.HOST_EVENT))
        )
