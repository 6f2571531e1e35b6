"""Puts `alarms` together."""

import asyncio

from alarms.settings import Settings
from shared.mqtt import Mqtt


async def run(settings: Settings) -> None:
    """Run until cancelled."""
    async with Mqtt(settings, "alarms") as mqtt, asyncio.TaskGroup() as tasks:
        mqtt.announce({})
        tasks.create_task(asyncio.Event().wait(), name="wait")
