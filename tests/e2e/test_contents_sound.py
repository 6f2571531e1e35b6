"""The RLCD dashboard's alarm sound on port 8766: rows D22 to D25, D29, D35 and D36."""

import array
import asyncio
import functools
import itertools
import json
import socket
from collections.abc import Iterator

import pytest
from websockets.asyncio.client import connect

from shared import topics
from shared.payloads import AlarmStatus
from shared.testing import Client
from tests.e2e.bound import TRIES, within
from tests.e2e.display import (
    CHUNK_BYTES,
    HEADER,
    STOP,
    Sound,
    message,
    picture,
    raw_handshake,
    raw_message,
    sound,
)
from tests.e2e.household import Household, household, sine

IDLE, ALARM = bytes(5000), b"\xff" * 5000
SOUNDS = {
    "ten": (44100, 2, 10.0, 32767),
    "three": (44100, 2, 3.0, 32767),
    "mono": (16000, 1, 0.5, 32767),
    "stereo": (44100, 2, 0.5, 32767),
    "quiet": (22050, 1, 0.3, 500),
}
"""By name: rate, channels, seconds, the greatest sample."""


@functools.cache
def pcm_of(name: str) -> bytes:
    return sine(*SOUNDS[name])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    with household(tmp_path_factory.mktemp("home")) as home:
        for name, (rate, channels, *_) in SOUNDS.items():
            home.add_sound(f"{name}.wav", rate, channels, pcm_of(name))
        home.set_alarms(
            [
                {"id": name, "alarm_time": "0000", "alarm_audio": f"assets/alarm/{name}.wav"}
                for name in (*SOUNDS, "gone")
            ]
        )
        media = home.start()["media"]
        for name in SOUNDS:
            media.wait_for_log(f"{name}.wav: peak")  # how loud it is is known
        yield home


async def rung(home: Household, alarm: str) -> Sound:
    """Return what one display hears of an alarm that is tested, from idle to idle."""
    async with connect(home.hub.contents_url, max_queue=None) as client:
        assert await picture(client) == IDLE
        await asyncio.to_thread(home.set_alarm, alarm, "test")
        assert await picture(client) == ALARM
        heard = await sound(client)
        assert await picture(client) == IDLE
    await asyncio.to_thread(home.wait_for, alarm, "waiting")
    return heard


@pytest.fixture(scope="module")
def ten_seconds(home: Household) -> Sound:
    """The sound of ten seconds as one display heard it; the rows D22 and D23 look at it.

    Where the machine stood still meanwhile it is heard again.
    """
    for _ in range(TRIES):
        heard = asyncio.run(rung(home, "ten"))
        if seconds_of(heard) == pytest.approx(9.0, rel=0.05) and is_even(heard):
            break
    return heard


def seconds_of(heard: Sound) -> float:
    return heard.stopped_at - heard.at[0]


def is_even(heard: Sound) -> bool:
    gaps = [b - a for a, b in itertools.pairwise(heard.at)]
    return sum(gap > 0.1 for gap in gaps) < len(gaps) / 50


@pytest.mark.parametrize(("word", "state"), [("dismiss", "waiting"), ("snooze", "snoozed")])
async def test_a_button_ends_the_sound_by_topic(
    home: Household, word: str, state: AlarmStatus
) -> None:
    """A device with a user of its own does it: alarm_stop and the idle picture come at once."""
    home.hub.broker.run("device", "button")
    with Client(home.hub.broker, "button") as button:
        async with connect(home.hub.contents_url) as client:
            assert await picture(client) == IDLE
            await asyncio.to_thread(home.set_alarm, "ten", "test")
            assert await picture(client) == ALARM
            await sound(client, 10)
            button.publish(topics.ALARM_SET.name("mantel", id="ten"), word)
            left = 0
            while await message(client) != STOP:
                left += 1
            assert left < 215, "half of it are left at least"
            assert await picture(client) == IDLE
        await asyncio.to_thread(home.wait_for, "ten", state)
        button.publish(topics.ALARM_SET.name("mantel", id="ten"), "dismiss")
        await asyncio.to_thread(home.wait_for, "ten", "waiting")


def test_D22_chunks_of_4096_bytes(ten_seconds: Sound) -> None:
    """All but the last, which is as long as it is; together they are the file's samples."""
    *whole, last = ten_seconds.chunks
    assert {len(each) for each in whole} == {CHUNK_BYTES}
    assert 0 < len(last) <= CHUNK_BYTES
    assert ten_seconds.pcm == pcm_of("ten")


def test_D23_nine_tenths_of_real_time(ten_seconds: Sound) -> None:
    """Ten seconds are sent in 9.0 within 5 percent, and the pace is even."""
    assert seconds_of(ten_seconds) == pytest.approx(9.0, rel=0.05)
    assert is_even(ten_seconds)


@pytest.mark.parametrize(("alarm", "rate", "channels"), [("mono", 16000, 1), ("stereo", 44100, 2)])
async def test_D24_the_start_tells_the_truth(
    home: Household, alarm: str, rate: int, channels: int
) -> None:
    """Rate, channels and bits of alarm_start are those of the file and of what follows."""
    heard = await rung(home, alarm)
    assert heard.start == {
        "type": "alarm_start", "sample_rate": rate, "channels": channels, "bits": 16,
    }  # fmt: skip
    assert heard.pcm == pcm_of(alarm)


async def test_D25_as_loud_as_can_be(home: Household) -> None:
    """A quiet file is raised until its greatest sample is full scale."""
    samples = array.array("h", (await rung(home, "quiet")).pcm)
    assert max(abs(sample) for sample in samples) in {32767, 32768}


async def test_D29_an_alarm_whose_sound_is_missing(home: Household) -> None:
    """The usual one of the alarm folder plays in its place."""
    heard = await rung(home, "gone")
    assert heard.start["sample_rate"] == 8000
    assert len(heard.pcm) == len(sine(8000, 1, 0.3))


async def test_D35_who_comes_in_the_middle(home: Household) -> None:
    """Header and bitmap of the alarm's picture, alarm_start, then whole chunks to the end."""
    async with connect(home.hub.contents_url, max_queue=None) as early:
        await picture(early)
        await asyncio.to_thread(home.set_alarm, "three", "test")
        await picture(early)
        begun = await sound(early, 20)
        async with connect(home.hub.contents_url, max_queue=None) as late:
            assert await picture(late) == ALARM
            heard = await sound(late)
            assert await picture(late) == IDLE
    assert heard.start == begun.start
    assert {len(each) for each in heard.chunks[:-1]} == {CHUNK_BYTES}
    assert len(heard.pcm) > 100_000
    assert pcm_of("three").endswith(heard.pcm)
    await asyncio.to_thread(home.wait_for, "three", "waiting")


async def test_D36_a_slow_client_delays_nobody(home: Household) -> None:
    """One that does not read misses sound; the others get all of it, in time.

    When it reads again it has a coherent stream: whole chunks, alarm_stop, the idle picture.
    """

    def read(slow: socket.socket) -> list[str | bytes]:
        got = [raw_message(slow)]
        while STOP not in got[-3:-2]:
            got.append(raw_message(slow))
        return got

    for watch in within(2.7 + 0.4):
        with raw_handshake(home.hub.contents_port, buffer_bytes=4096) as slow:
            heard = await rung(home, "three")
            watch.stop(seconds_of(heard))
            got = await asyncio.to_thread(read, slow)
        assert heard.pcm == pcm_of("three")
    assert got[:4] == [HEADER, IDLE, HEADER, ALARM]
    assert isinstance(got[4], str)
    assert json.loads(got[4])["type"] == "alarm_start"
    assert got[-3:] == [STOP, HEADER, IDLE]
    chunks = [each for each in got[5:-3] if isinstance(each, bytes)]
    assert len(chunks) == len(got) - 8
    assert 5 < len(chunks) < len(heard.chunks), "it missed some"
    assert {len(each) for each in chunks[:-1]} == {CHUNK_BYTES}
