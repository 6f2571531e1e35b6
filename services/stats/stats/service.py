"""Puts `stats` together: what it reads, what it publishes, what it obeys."""

import asyncio
from pathlib import Path

from shared import topics
from shared.mqtt import Mqtt
from stats.entity_list import EntityList
from stats.http_server import serve_http
from stats.machine import MockMachine
from stats.monitor import Monitor
from stats.readings import invent_readings, publish_readings
from stats.settings import Settings
from stats.supervision import Shown, follow_containers, invent_containers, obey_commands


async def run(settings: Settings) -> None:
    """Run until cancelled."""
    wanted, controlled = settings.stats_containers, settings.stats_containers_controlled
    root, sys, interval = (
        settings.stats_host_root, settings.stats_sys, settings.stats_interval_seconds,
    )  # fmt: skip
    cgroup = Path(root + "/sys/fs/cgroup")
    async with (
        Mqtt(settings, "stats") as mqtt,
        asyncio.TaskGroup() as tasks,
    ):
        entities = EntityList(mqtt)
        shown = Shown(mqtt, entities, wanted, controlled)
        if settings.stats_mock:
            monitor = Monitor(MockMachine(), settings)
            readings = invent_readings(mqtt, entities, interval, monitor.take)
            containers = invent_containers(shown, wanted)
        else:
            from stats.counters import Counters
            from stats.host import Host

            monitor = Monitor(Host(root, sys), settings)
            counters = Counters(root, sys)
            readings = publish_readings(mqtt, entities, counters, interval, monitor.take)
            containers = follow_containers(shown, settings.docker_host, cgroup, wanted)
            commands = mqtt.subscribe(topics.CONTAINER_SET, node=settings.mantel_node)
            tasks.create_task(
                obey_commands(commands, settings.docker_host, cgroup, controlled),
                name="obey commands",
            )
        tasks.create_task(containers, name="follow containers")
        tasks.create_task(readings, name="publish readings")
        tasks.create_task(serve_http(monitor, settings), name="serve HTTP")
