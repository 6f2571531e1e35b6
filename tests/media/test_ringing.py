"""One ring after the other: picture, sound, idle picture."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from media import ringing
from media.audio.peak import Peaks
from media.audio.stream import Stream
from media.ringing import prepare_pictures, ring_alarms
from media.rings import STREAM, Rings
from media.sound_file import SoundFiles
from shared import topics
from shared.fake_broker import FakeBroker
from shared.mqtt import Mqtt
from shared.payloads import AlarmDefinition, AlarmState, AudioFormat
from shared.settings import Settings
from shared.subscription import Received
from shared.testing import TIMEOUT_SECONDS
from tests.media.audio.sounds import sine, wav

AT = datetime(2026, 11, 21, 7, tzinfo=UTC)


class Home:
    """Alarms and what comes of them, in order: pictures and formats."""

    def __init__(self, alarms: Mqtt) -> None:
        self.alarms = alarms
        self.told: list[str] = []
        self.picture_takes: float = 0.0
        self._more = asyncio.Event()
        alarms.subscribe(topics.AUDIO_FORMAT, self._format)

    def _tell(self, what: str) -> None:
        self.told.append(what)
        self._more.set()

    def _format(self, message: Received[AudioFormat]) -> None:
        assert message.payload is not None
        self._tell(f"{message.payload.state} {message.payload.alarm}")

    async def alarm(self, definition: AlarmDefinition) -> None:
        """Show a picture."""
        await asyncio.sleep(self.picture_takes)
        self._tell(f"picture {definition.id}")

    async def prepare(self, definition: AlarmDefinition) -> None:
        """Make a picture ready."""
        self._tell(f"ready {definition.id}")

    async def idle(self) -> None:
        """Show the idle picture."""
        self._tell("picture idle")

    def ring(self, alarm: str, number: int | None) -> None:
        """Begin a ring, or end it."""
        state = AlarmState(state="ringing" if number else "waiting", since_at=AT, ring=number)
        self.alarms.publish(topics.ALARM_STATE, state, id=alarm)

    def define(self, alarm: str, *, repeat: bool = False) -> None:
        """Tell what an alarm is."""
        definition = AlarmDefinition(id=alarm, name=alarm, alarm_audio="x.wav", repeat=repeat)
        self.alarms.publish(topics.ALARM_CONFIG, definition, id=alarm)

    async def wait_for(self, what: str, times: int = 1) -> None:
        """Wait until something was told so many times."""
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while self.told.count(what) < times:
                self._more.clear()
                await self._more.wait()


@asynccontextmanager
async def at_home(directory: Path, *, before: str = "") -> AsyncIterator[Home]:
    """Run what rings, beside one who sets alarms off on the same broker."""
    wav(directory / "assets/x.wav", sine(0.2))
    broker = FakeBroker()
    with ThreadPoolExecutor(2) as executor:
        async with (
            Mqtt(Settings(mantel_node="pi"), "alarms", connect=broker.client) as alarms,
            asyncio.TaskGroup() as tasks,
        ):
            home = Home(alarms)
            if before:
                home.define(before)
                home.ring(before, 1)
                async with asyncio.timeout(TIMEOUT_SECONDS):
                    while len(broker.retained) < 3:  # its availability, too
                        await asyncio.sleep(0)
                broker.stop()  # what is retained comes when it is back
            async with Mqtt(Settings(mantel_node="pi"), "media", connect=broker.client) as mqtt:
                stream = Stream(mqtt, STREAM, executor)
                peaks = Peaks(directory / "media.sqlite")
                sounds = SoundFiles(directory / "assets", peaks, executor)
                rings = Rings(mqtt, "pi", stream)
                work = tasks.create_task(ring_alarms(rings, stream, sounds, home, speaks=False))
                for _ in range(10):
                    await asyncio.sleep(0)  # everything has begun to wait
                broker.start()
                preparing = tasks.create_task(prepare_pictures(rings, home))
                yield home
                work.cancel()
                preparing.cancel()


async def test_picture_sound_idle(tmp_path: Path) -> None:
    """In this order, and the idle picture once at the beginning."""
    async with at_home(tmp_path) as home:
        await home.wait_for("picture idle")
        home.define("a")
        home.ring("a", 1)
        await home.wait_for("picture idle", 2)
        await home.wait_for("idle a")
    told = [what for what in home.told if what != "ready a"]
    assert told[:3] == ["picture idle", "picture a", "playing a"]
    assert sorted(told[3:5]) == ["idle a", "picture idle"]


async def test_pictures_are_made_ready_before_the_ring(tmp_path: Path) -> None:
    """When the alarm is defined, and again when it is changed."""
    async with at_home(tmp_path) as home:
        home.define("a")
        home.define("b")
        await home.wait_for("ready b")
        home.define("b", repeat=True)
        await home.wait_for("ready b", 2)
    assert home.told.count("ready a") == 1


async def test_two_alarms_in_one_minute(tmp_path: Path) -> None:
    """Each with its picture; the idle one only after the last."""
    async with at_home(tmp_path) as home:
        await home.wait_for("picture idle")
        for name, number in (("b", 1), ("a", 2)):
            home.define(name)
            home.ring(name, number)
        await home.wait_for("picture idle", 2)
    pictures = [what for what in home.told if what.startswith("picture")]
    assert pictures == ["picture idle", "picture b", "picture a", "picture idle"]


async def test_no_idle_picture_in_mid_ring(tmp_path: Path) -> None:
    """Who starts while an alarm rings shows that alarm first."""
    async with at_home(tmp_path, before="a") as home:
        await home.wait_for("picture idle")
    pictures = [what for what in home.told if what.startswith("picture")]
    assert pictures == ["picture a", "picture idle"]


async def test_a_sound_does_not_wait_for_a_slow_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It begins without it, and the picture is not sent into the sound later."""
    monkeypatch.setattr(ringing, "_PICTURE_SECONDS", 0.05)
    async with at_home(tmp_path) as home:
        await home.wait_for("picture idle")
        home.picture_takes = 1000.0
        home.define("a")
        home.ring("a", 1)
        await home.wait_for("playing a")
        await home.wait_for("picture idle", 2)
    assert "picture a" not in home.told
    assert "takes too long" in caplog.text


async def test_dismissed_while_its_picture_is_made(tmp_path: Path) -> None:
    """There is no sound of it, not even for a moment."""
    async with at_home(tmp_path) as home:
        await home.wait_for("picture idle")
        home.picture_takes = 0.1
        home.define("a", repeat=True)
        home.ring("a", 1)
        home.ring("a", None)
        home.define("b")
        home.ring("b", 2)
        await home.wait_for("playing b")
    assert "playing a" not in home.told


async def test_who_takes_turns_shows_each_time(tmp_path: Path) -> None:
    """The picture always belongs to the sound."""
    async with at_home(tmp_path) as home:
        await home.wait_for("picture idle")
        for name, number in (("a", 1), ("b", 2)):
            home.define(name, repeat=True)
            home.ring(name, number)
        await home.wait_for("playing a", 2)
        for name in "ab":
            home.ring(name, None)
        await home.wait_for("picture idle", 2)
    shown = [what.split()[1] for what in home.told if what.startswith("picture")]
    assert shown[:4] == ["idle", "a", "b", "a"]


async def test_a_click_that_repeats_is_no_flood(tmp_path: Path) -> None:
    """A hundredth of a second of sound is sent once a second and not a hundred times."""
    async with at_home(tmp_path) as home:
        wav(tmp_path / "assets/x.wav", sine(0.01))
        await home.wait_for("picture idle")
        chunks: list[Received[bytes]] = []
        arrived = asyncio.Event()

        def came(message: Received[bytes]) -> None:
            chunks.append(message)
            if len(chunks) == 3:
                arrived.set()

        home.alarms.subscribe(topics.AUDIO_PCM, came)
        loop = asyncio.get_running_loop()
        home.define("a", repeat=True)
        started = loop.time()
        home.ring("a", 1)
        async with asyncio.timeout(TIMEOUT_SECONDS):
            await arrived.wait()
        assert loop.time() - started > 1.9
