"""Puts `media` together."""

import asyncio

from media.settings import Settings
from shared.mqtt import Mqtt


async def run(settings: Settings) -> None:
    """Run until cancelled."""
    async with Mqtt(settings, "media") as mqtt, asyncio.TaskGroup() as tasks:
        mqtt.announce({})
        tasks.create_task(asyncio.Event().wait(), name="wait")
