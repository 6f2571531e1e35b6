"""Follows the containers and obeys commands for those under control."""

import asyncio
import logging
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from shared import topics
from shared.backoff import delays
from shared.complaints import Complaints
from shared.mqtt import Mqtt
from shared.pace import beats
from shared.payloads import Container
from shared.subscription import Subscription
from stats.containers import Found, parse_wanted, told
from stats.engine import Engine, EngineError, NoEngineError
from stats.entities import container_entities
from stats.entity_list import EntityList
from stats.mock import mock_containers

log = logging.getLogger("stats")

_FIRST_SECONDS, _MOST_SECONDS = 1.0, 10.0
_PATIENCE_SECONDS = 4.0
_MOCK_SECONDS = 10.0


class Shown:
    """Publishes the list of containers when it has changed, with its entities."""

    def __init__(
        self, mqtt: Mqtt, entities: EntityList, wanted: Sequence[str], controlled: Sequence[str]
    ) -> None:
        self._mqtt = mqtt
        self._entities = entities
        self._wanted = wanted
        self._controlled = controlled
        self._last: list[Container] | None = None

    def publish(self, containers: list[Container]) -> None:
        """Publish `containers` unless they are the same as before."""
        if containers == self._last:
            return
        self._last = containers
        self._mqtt.publish(topics.HOST_CONTAINERS, containers)
        names = dict(parse_wanted(entry) for entry in self._wanted)
        controlled = {
            container.name: self._mqtt.name(topics.CONTAINER_SET, name=name)
            for container in containers
            if (name := names.get(container.name, container.name)) in self._controlled
        }
        topic = self._mqtt.name(topics.HOST_CONTAINERS)
        self._entities.replace("containers", container_entities(containers, topic, controlled))


async def follow_containers(
    shown: Shown, address: str, cgroup: Path, wanted: Sequence[str]
) -> None:
    """Publish the containers at once on change; all wanted ones are stopped while no engine is.

    An engine or proxy that is only restarted is back within seconds: until then nothing changes.
    """
    loop = asyncio.get_running_loop()
    complaints = Complaints(log)
    waits = delays(_FIRST_SECONDS, _MOST_SECONDS, random.random)
    answered_at = loop.time() - _PATIENCE_SECONDS
    while True:
        try:
            engine = await asyncio.to_thread(Engine, address, cgroup)
            try:
                async for changed in engine.changes():
                    containers = await asyncio.to_thread(engine.containers, changed)
                    complaints.settle("containers", "the Docker engine answers")
                    waits = delays(_FIRST_SECONDS, _MOST_SECONDS, random.random)
                    shown.publish(told(wanted, _weighed(engine, containers, complaints)))
            finally:
                answered_at = loop.time()
                await asyncio.to_thread(engine.close)
        except EngineError as error:
            if loop.time() - answered_at < _PATIENCE_SECONDS:
                await asyncio.sleep(_FIRST_SECONDS)
                continue
            if address or wanted or not isinstance(error, NoEngineError):
                complaints.say(
                    "containers", f"{error}; shown as stopped until it answers", first=True
                )
            shown.publish(told(wanted, []))
        await asyncio.sleep(next(waits))


def _weighed(engine: Engine, containers: list[Found], complaints: Complaints) -> list[Found]:
    """Add the memory of those that run, and say so when the kernel does not count it."""
    if containers and not engine.counts_memory():
        complaints.say(
            "container memory",
            "not counted by this kernel, so not told; on a Raspberry Pi add "
            "cgroup_enable=memory to /boot/firmware/cmdline.txt",
        )
    return [
        replace(each, memory_bytes=engine.memory_bytes(each)) if each.state == "running" else each
        for each in containers
    ]


async def invent_containers(shown: Shown, wanted: Sequence[str]) -> None:
    """Publish containers that do not exist."""
    started_at = datetime.now().astimezone().replace(microsecond=0)
    async for _ in beats(_MOCK_SECONDS):
        shown.publish(mock_containers(wanted, started_at, random.random))


async def obey_commands(
    commands: Subscription[str], address: str, cgroup: Path, controlled: Sequence[str]
) -> None:
    """Restart, start and stop the containers that may be."""
    complaints = Complaints(log)
    async for command in commands:
        name, verb = command.levels["name"], command.payload or ""
        if name not in controlled:
            complaints.say(
                f"container {name}",
                "command refused: STATS_CONTAINERS_CONTROLLED does not name it",
            )
            continue
        log.info("container %s: %s", name, verb)
        try:
            engine = await asyncio.to_thread(Engine, address, cgroup)
            try:
                await asyncio.to_thread(engine.command, name, verb)
            finally:
                engine.close()
            complaints.settle(f"container {name}")
        except EngineError as error:
            complaints.say(f"container {name}", f"{verb} failed: {error}")
