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
from stats.engine import Engine, EngineError, NoEngineError, need_socket
from stats.entities import container_entities
from stats.entity_list import EntityList
from stats.mock import mock_containers

log = logging.getLogger("stats")

_FIRST_SECONDS, _MOST_SECONDS = 1.0, 10.0
_NONE_SECONDS = 30.0  # between two looks for a socket that was never there
_ENGINE_START_SECONDS = 600.0  # within which an engine has started, on a slow card too
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
        self._known = False

    def publish(self, containers: list[Container], *, known: bool = True) -> None:
        """Publish `containers` unless they are the same as before.

        Where it is not `known` which ones there are, their entities stay as they were.
        """
        if containers == self._last and known <= self._known:
            return
        self._known = known
        self._last = containers
        self._mqtt.publish(topics.HOST_CONTAINERS, containers)
        names = dict(parse_wanted(entry) for entry in self._wanted)
        controlled = {
            container.name: self._mqtt.name(topics.CONTAINER_SET, name=name)
            for container in containers
            if (name := names.get(container.name, container.name)) in self._controlled
        }
        if known:
            topic = self._mqtt.name(topics.HOST_CONTAINERS)
            self._entities.replace_containers(container_entities(containers, topic, controlled))


async def follow_containers(
    shown: Shown, address: str, cgroup: Path, wanted: Sequence[str]
) -> None:
    """Publish the containers at once on change; all known ones are stopped while no engine is.

    An engine or proxy that is only restarted is back within seconds: until then nothing changes.
    """
    loop = asyncio.get_running_loop()
    complaints = Complaints(log)
    waits = delays(_FIRST_SECONDS, _MOST_SECONDS, random.random)
    started_at = loop.time()
    answered_at = started_at - _PATIENCE_SECONDS
    names: Sequence[str] | None = wanted or None
    while True:
        try:
            need_socket(address)  # most hosts have no engine, and a thread costs a whole reading
            engine = await asyncio.to_thread(Engine, address, cgroup)
            try:
                async for changed in engine.changes():
                    containers = await asyncio.to_thread(engine.containers, changed)
                    complaints.settle("containers", "the Docker engine answers")
                    waits = delays(_FIRST_SECONDS, _MOST_SECONDS, random.random)
                    names = wanted or [container.name for container in containers]
                    shown.publish(told(wanted, _weighed(engine, containers, complaints)))
            finally:
                answered_at = loop.time()
                await asyncio.to_thread(engine.close)
        except EngineError as error:
            if loop.time() - answered_at < _PATIENCE_SECONDS:
                await asyncio.sleep(_FIRST_SECONDS)
                continue
            absent = not address and isinstance(error, NoEngineError)
            if names or not absent:
                complaints.say(
                    "containers", f"{error}; shown as stopped until it answers", first=True
                )
            # Before the first answer nobody knows what there is; a machine without an engine
            # in all that time has none
            known = names is not None or (
                absent and loop.time() - started_at > _ENGINE_START_SECONDS
            )
            shown.publish(told(wanted or sorted(names or ()), []), known=known)
            if absent and names is None:
                await asyncio.sleep(_NONE_SECONDS)
                continue
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
