"""Plays an endless alarm on the broker, for `listeners.py`: numbered chunks at absolute times.

Only the bridge is measured there, so this needs no `media`, and no file.
"""

import asyncio
import os

from bench.peer_sound import CHUNK_BYTES, INTERVAL_SECONDS
from shared import topics
from shared.mqtt import Mqtt
from shared.pace import beats
from shared.payloads import AudioFormat
from shared.settings import Settings, load

PLAYING = AudioFormat(
    state="playing", sample_rate=44100, channels=2, bits=16, alarm="bench", ring=1
)


async def feed(settings: Settings) -> None:
    """Publish a chunk each 20.9 ms for ever."""
    number = 0
    async with Mqtt(settings, "media") as mqtt:
        mqtt.publish(topics.AUDIO_FORMAT, PLAYING, stream="alarm")
        async for _ in beats(INTERVAL_SECONDS):
            chunk = number.to_bytes(4) * (CHUNK_BYTES // 4)
            if mqtt.publish(topics.AUDIO_PCM, chunk, stream="alarm"):
                number += 1


if __name__ == "__main__":
    asyncio.run(feed(load(Settings, os.environ)[0]))
