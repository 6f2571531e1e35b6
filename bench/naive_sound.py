"""The peer of `audio.py`: sends a chunk and sleeps, over the same connection that `media` has."""

import asyncio
import os

from shared import topics
from shared.mqtt import Mqtt
from shared.settings import Settings, load

STREAM = "naive"
CHUNK_BYTES = 4096
INTERVAL_SECONDS = 0.9 * CHUNK_BYTES / (44100 * 4)


def chunk(number: int) -> bytes:
    """Return a chunk that says its number, and says it to its end."""
    return number.to_bytes(4) * (CHUNK_BYTES // 4)


async def send(settings: Settings) -> None:
    """Publish numbered chunks for ever."""
    number = 0
    async with Mqtt(settings, "media") as mqtt:
        while True:
            number += mqtt.publish(topics.AUDIO_PCM, chunk(number), stream=STREAM)
            await asyncio.sleep(INTERVAL_SECONDS)


if __name__ == "__main__":
    asyncio.run(send(load(Settings, os.environ)[0]))
