"""Puts `media` together: the pictures it shows and the sounds it plays."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from media.audio.peak import Peaks
from media.audio.speaker import Speaker
from media.audio.stream import Stream
from media.display_set import obey_pictures
from media.entities import display_entities
from media.ringing import prepare_pictures, ring_alarms, speak_unheard
from media.rings import STREAM, Rings
from media.settings import Settings
from media.showing import DISPLAY, Showing
from media.sound_file import SoundFiles, learn_peaks
from shared import topics
from shared.mqtt import Mqtt


async def run(settings: Settings) -> None:
    """Run until cancelled."""
    # Of its own: the sound waits for no picture that is being made in a thread
    executor = ThreadPoolExecutor(4, "sound")
    assets = Path(settings.media_assets)
    async with Mqtt(settings, "media") as mqtt, asyncio.TaskGroup() as tasks:
        preview = mqtt.name(topics.DISPLAY_PREVIEW, id=DISPLAY)
        mqtt.announce(display_entities(DISPLAY, "RLCD", preview))
        stream = Stream(mqtt, STREAM, executor)
        rings = Rings(mqtt, settings.mantel_node, stream)
        peaks = Peaks(Path(settings.media_state))
        sounds = SoundFiles(assets, peaks, executor)
        showing = Showing(mqtt, assets)
        stream.end()
        tasks.create_task(obey_pictures(mqtt, showing), name="obey pictures")
        tasks.create_task(prepare_pictures(rings, showing), name="prepare pictures")
        tasks.create_task(
            ring_alarms(rings, stream, sounds, showing, speaks=settings.media_speaker),
            name="ring alarms",
        )
        tasks.create_task(
            learn_peaks(sounds, rings.turns.sounds, rings.defined), name="learn peaks"
        )
        if settings.media_speaker:
            tasks.create_task(speak_unheard(rings, sounds, Speaker(executor)), name="speak unheard")
