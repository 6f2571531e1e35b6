"""A hub with alarms, sounds and pictures of its own, for the rows of port 8766."""

import array
import contextlib
import io
import json
import math
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image

from shared import topics
from shared.payloads import AlarmStatus
from shared.testing import Client
from tests.e2e.conftest import Hub, Process, running_hub

WHITE, BLACK = (255, 255, 255), (0, 0, 0)


def sine(rate: int, channels: int, seconds: float, peak: int = 20_000) -> bytes:
    """Return a tone of 440 Hz, 16 bit; its greatest sample is `peak`."""
    step = 2 * math.pi * 440 / rate
    samples = array.array("h")
    samples.extend(round(peak * math.sin(n * step)) for n in range(int(rate * seconds)))
    tone = array.array("h", bytes(2 * channels * len(samples)))
    for channel in range(channels):
        tone[channel::channels] = samples
    tone[:channels] = array.array("h", [peak] * channels)
    return tone.tobytes()


def write_wav(file: Path, rate: int, channels: int, pcm: bytes) -> None:
    """Write a WAV file of 16 bit."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(file), "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(pcm)


def png(image: Image.Image) -> bytes:
    """Return an image as the bytes of a PNG file."""
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def plain(colour: tuple[int, ...], size: tuple[int, int] = (200, 200)) -> Image.Image:
    """Return an image of one colour, with alpha where the colour has it."""
    return Image.new("RGBA" if len(colour) == 4 else "RGB", size, colour)


@contextlib.contextmanager
def household(directory: Path) -> Iterator["Household"]:
    """Run a broker with a household of its own; whatever happens, all is ended."""
    with running_hub(directory) as hub:
        yield Household(hub)


class Household:
    """The files of a hub, and its services for alarms.

    The idle picture is white and the usual picture of an alarm black, so that a bitmap of zeros
    is the one and a bitmap of ones the other.
    """

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.assets = hub.directory / "assets"
        self.config = hub.directory / "config" / "alarms.json"
        self.add_picture("idle.png", plain(WHITE))
        self.add_picture("on_alarm.png", plain(BLACK))
        self.add_sound("alarm_test.wav", 8000, 1, sine(8000, 1, 0.3))
        self.config.parent.mkdir()

    def add_picture(self, name: str, image: Image.Image) -> None:
        """Put a picture below assets/img."""
        file = self.assets / "img" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(png(image))

    def add_sound(self, name: str, rate: int, channels: int, pcm: bytes) -> None:
        """Put a WAV file below assets/alarm."""
        write_wav(self.assets / "alarm" / name, rate, channels, pcm)

    def set_alarms(self, alarms: Any) -> None:
        """Write alarms.json; text as it is, anything else as JSON."""
        text = alarms if isinstance(alarms, str) else json.dumps(alarms)
        new = self.config.with_suffix(".new")
        new.write_text(text)
        new.replace(self.config)

    def start(self, **settings: str) -> dict[str, Process]:
        """Start alarms, media and ws-bridge; return them when they are there."""
        services = ("ws-bridge", "media", "alarms")
        started = {name: self.hub.start(name, **settings) for name in services}
        for process in started.values():
            process.wait_for_log(": connected")
        return started

    def set_alarm(self, alarm: str, word: str) -> None:
        """Say a word to an alarm, as an operator does."""
        with Client(self.hub.broker, "operator") as operator:
            operator.publish(topics.ALARM_SET.name("mantel", id=alarm), word)

    def show(self, picture: bytes) -> None:
        """Push a picture to the display, as an operator does."""
        with Client(self.hub.broker, "operator") as operator:
            operator.publish(topics.DISPLAY_SET.name("mantel", id="rlcd"), picture)

    def wait_for(self, alarm: str, wanted: AlarmStatus) -> None:
        """Wait until an alarm is in this state."""
        with Client(self.hub.broker, "operator") as watcher:
            watcher.subscribe(topics.ALARM_STATE.name("mantel", id=alarm))
            while json.loads(watcher.receive().payload)["state"] != wanted:
                pass
