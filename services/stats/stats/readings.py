"""Publishes the readings of the host and the events between them."""

import asyncio
import logging
import random
from datetime import datetime

from shared import topics
from shared.complaints import Complaints
from shared.mqtt import Mqtt
from shared.pace import beats
from shared.payloads import HostStats
from stats.edges import Kind, active, events
from stats.entities import event_entity, host_entities, told_fields
from stats.entity_list import EntityList
from stats.mock import mock_stats
from stats.sampling import reading

log = logging.getLogger("stats")

_FIRST_SECONDS = 0.2  # rates need two samples; nobody waits a whole interval for the first reading


async def publish_readings(
    mqtt: Mqtt, entities: EntityList, root: str, sys: str, interval_seconds: float
) -> None:
    """Read the host each interval and publish what it says."""
    from stats.host import Host

    host = Host(root, sys)
    told = Told(mqtt, entities)
    complaints = Complaints(log)
    before = await asyncio.to_thread(host.sample)
    await asyncio.sleep(_FIRST_SECONDS)
    async for _ in beats(interval_seconds):
        try:
            after = await asyncio.to_thread(host.sample)
        except OSError as error:
            complaints.say("reading", f"left out: {error}")
            continue
        complaints.settle("reading")
        told.publish(reading(before, after))
        before = after


async def invent_readings(mqtt: Mqtt, entities: EntityList, interval_seconds: float) -> None:
    """Publish readings of a host that does not exist."""
    told = Told(mqtt, entities)
    started_at = datetime.now().astimezone().replace(microsecond=0)
    async for _ in beats(interval_seconds):
        told.publish(mock_stats(datetime.now().astimezone(), started_at, random.random))


class Told:
    """What was told of the host so far: the entities it has, and what is wrong with it."""

    def __init__(self, mqtt: Mqtt, entities: EntityList) -> None:
        self._mqtt = mqtt
        self._entities = entities
        self._wrong: frozenset[Kind] = frozenset()
        self._fields: frozenset[str] = frozenset()

    def publish(self, stats: HostStats) -> None:
        """Publish a reading, and what began or ended with it."""
        self._mqtt.publish(topics.HOST_STATS, stats)
        # a sensor that fails for a while keeps its entity, and what the user made of it
        self._fields |= told_fields(stats)
        self._entities.replace(
            "host",
            host_entities(stats, self._fields, self._mqtt.name(topics.HOST_STATS))
            | event_entity(self._mqtt.name(topics.HOST_EVENT)),
        )
        wrong = active(stats, self._wrong)
        for event in events(self._wrong, wrong, stats.at):
            self._mqtt.publish(topics.HOST_EVENT, event)
            what = event.event.replace("_", " ") + (f" ({event.detail})" if event.detail else "")
            log.log(logging.WARNING if event.active else logging.INFO, "host: %s %s",
                    what, "began" if event.active else "ended")  # fmt: skip
        self._wrong = wrong
