"""When the RLCD dashboard's alarms ring: rows D19 to D21, D26 to D28, D31 to D34 and D37.

A whole minute of a real clock is watched once, and everything that needs one looks at that.
"""

import asyncio
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from shared.testing import Client, eventually
from tests.e2e.bound import within
from tests.e2e.display import Sound, Watch, picture, sound
from tests.e2e.household import Household, household, sine
from tests.e2e.test_dashboard import frame
from tests.e2e.wall_clock import wall_clock

IDLE, ALARM = bytes(5000), b"\xff" * 5000
WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
RATES = {
    "daily": 48000, "today": 44100, "other-day": 32000, "date": 24000, "other-date": 22050,
    "day-beats-date": 16000, "date-beaten": 12000,
}  # fmt: skip
"""The alarms of the minute; each is told from the others by the rate of its sound."""


class Minute:
    """A minute in which alarms are due, as a display sees it in the background."""

    def __init__(self, home: Household) -> None:
        for service in ("ws-bridge", "media"):
            home.hub.start(service).wait_for_log(": connected")
        self._watch = Watch(home.hub.contents_url)
        eventually(
            lambda: len(self._watch.got) == 2, times=3
        )  # header and bits of the idle picture
        now = datetime.now(UTC)
        # `alarms` has a time zone in which it is 15 s to the full minute: time to start
        local = now.replace(second=45, tzinfo=None)
        self.local_due = local.replace(second=0, microsecond=0) + timedelta(minutes=1)
        self.due = now + (self.local_due - local)
        self._home = home
        for name, rate in RATES.items():
            home.add_sound(f"{name}.wav", rate, 1, sine(rate, 1, 0.4))
        home.set_alarms([*self._alarms(), *BAD])
        self.alarms = home.hub.start("alarms", **wall_clock(home.hub.directory, local))

    def _alarms(self) -> list[dict[str, object]]:
        day, other_day = WEEKDAYS[self.local_due.weekday()], WEEKDAYS[self.local_due.weekday() - 2]
        date = self.local_due.strftime("%m/%d")
        other_date = (self.local_due + timedelta(days=40)).strftime("%m/%d")
        when: dict[str, dict[str, list[str]]] = {
            "daily": {},
            "today": {"alarm_days": [other_day, day]},
            "other-day": {"alarm_days": [other_day]},
            "date": {"alarm_dates": [other_date, date]},
            "other-date": {"alarm_dates": [other_date]},
            "day-beats-date": {"alarm_days": [day], "alarm_dates": [other_date]},
            "date-beaten": {"alarm_days": [other_day], "alarm_dates": [date]},
        }
        return [
            {
                "id": name,
                "alarm_time": self.local_due.strftime("%H%M"),
                "alarm_audio": f"assets/alarm/{name}.wav",
                **days,
            }
            for name, days in when.items()
        ]

    def watched(self) -> list[bytes | Sound]:
        """Return what the display got until the minute was over."""
        time.sleep(max(0.0, self.due.timestamp() + 61 - time.time()))
        return self._watch.stop()


BAD = [
    {"id": "bad-time", "alarm_time": "2460"},
    {"id": "bad-day", "alarm_time": "0630", "alarm_days": ["Monday"]},
    {"id": "bad-date", "alarm_time": "0630", "alarm_dates": ["13/40"]},
]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Household]:
    with household(tmp_path) as home:
        yield home


@pytest.fixture(scope="module", autouse=True)
def minute(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Minute]:
    """Begins with the first test, so that the others fill the time until it is over."""
    with household(tmp_path_factory.mktemp("minute")) as home:
        yield Minute(home)


class Silent:
    """A hub without a file of alarms, and a display that is connected from now on."""

    def __init__(self, home: Household) -> None:
        self.home = home
        self.alarms = home.start()["alarms"]
        self.watch = Watch(home.hub.contents_url)
        self.since = time.monotonic()


@pytest.fixture(scope="module", autouse=True)
def silent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Silent]:
    """Begins with the first test too."""
    with household(tmp_path_factory.mktemp("silent")) as home:
        yield Silent(home)


@pytest.fixture(scope="module")
def seen(minute: Minute) -> list[bytes | Sound]:
    return minute.watched()


def sounds(seen: list[bytes | Sound], alarm: str) -> list[Sound]:
    """Return each time that an alarm sounded."""
    return [
        each
        for each in seen
        if isinstance(each, Sound) and each.start["sample_rate"] == RATES[alarm]
    ]


async def rings(home: Household, alarm: str) -> None:
    async with connect(home.hub.contents_url) as client:
        assert await picture(client) == IDLE
        await asyncio.to_thread(home.set_alarm, alarm, "test")
        assert await picture(client) == ALARM
        assert (await sound(client)).start["sample_rate"] == 8000
        assert await picture(client) == IDLE


async def test_D32_one_alarm_alone(home: Household) -> None:
    """A single object in place of an array is one alarm."""
    home.set_alarms({"id": "alone", "alarm_time": "0630"})
    home.start()
    await rings(home, "alone")


def test_D33_bad_entries_are_refused_by_name(minute: Minute) -> None:
    """A time, a day and a date that do not exist: one clear line each, and the good ones stay."""
    for bad in ("2460", "Monday", "13/40"):
        lines = [line for line in minute.alarms.log.splitlines() if bad in line]
        assert len(lines) == 1, bad
        assert "WARNING" in lines[0]
    with Client(minute._home.hub.broker, "operator") as operator:
        operator.subscribe("mantel/alarm/+/config")
        names = {json.loads(each.payload)["id"] for each in operator.drain()}
    assert names == set(RATES)
    assert "Traceback" not in minute.alarms.log


async def test_D34_a_file_elsewhere(home: Household, tmp_path: Path) -> None:
    """The option --config is the setting ALARMS_CONFIG now."""
    home.set_alarms([{"id": "here", "alarm_time": "0630"}])
    elsewhere = tmp_path / "mine.json"
    elsewhere.write_text(json.dumps([{"id": "there", "alarm_time": "0630"}]))
    home.start(ALARMS_CONFIG=str(elsewhere))
    await rings(home, "there")
    with Client(home.hub.broker, "operator") as operator:
        operator.subscribe("mantel/alarm/+/config")
        names = [each.topic for each in operator.drain()]
    assert names == ["mantel/alarm/there/config"]


async def test_D37_alarms_are_edited_while_displays_are_connected(home: Household) -> None:
    """A saved file is in force at once; no client of either port is dropped or misses a frame."""
    home.set_alarms([{"id": "old", "alarm_time": "0630"}])
    home.start()
    home.hub.start("stats").wait_for_log(": connected")
    async with connect(home.hub.stats_url) as stats, connect(home.hub.contents_url) as contents:
        await frame(stats)
        assert await picture(contents) == IDLE
        home.set_alarms([{"id": "new", "alarm_time": "0631"}])
        await asyncio.to_thread(home.wait_for, "new", "waiting")
        for _ in within(2.5):
            await frame(stats)
        await asyncio.to_thread(home.set_alarm, "new", "test")
        assert await picture(contents) == ALARM
        assert (await sound(contents)).chunks
        assert await picture(contents) == IDLE
    with Client(home.hub.broker, "operator") as operator:
        operator.subscribe("mantel/alarm/+/config")
        assert [each.topic for each in operator.drain()] == ["mantel/alarm/new/config"]


def test_D31_nothing_to_ring(silent: Silent) -> None:
    """No file, an empty list, broken JSON: the idle picture, then silence, and it stays open.

    Twenty seconds of each; the connection is the same for all sixty.
    """
    since = silent.since
    for text in (None, "[]", "[{not json"):
        if text is not None:
            silent.home.set_alarms(text)
            since = time.monotonic()
        time.sleep(max(0.0, since + 20 - time.monotonic()))
        assert silent.alarms.runs
    eventually(lambda: "alarms.json" in silent.alarms.log)
    assert silent.watch.stop() == [IDLE]
    assert "Traceback" not in silent.alarms.log


def test_D19_on_the_minute(minute: Minute, seen: list[bytes | Sound]) -> None:
    """An alarm sounds within 5 s of the minute's beginning, and not before it."""
    late = sounds(seen, "daily")[0].at[0] - minute.due.timestamp()
    assert 0 <= late < 5, "the older system looks each 5 s"


def test_D20_once_a_minute(seen: list[bytes | Sound]) -> None:
    """A whole minute is watched: each alarm of it has exactly one alarm_start."""
    for alarm in ("daily", "today", "date", "day-beats-date"):
        assert len(sounds(seen, alarm)) == 1, alarm


def test_D21_the_order_of_a_ring(seen: list[bytes | Sound]) -> None:
    """Alarm picture, alarm_start, chunks, alarm_stop; after the last ring the idle picture."""
    assert seen[:2] == [IDLE, ALARM]
    assert isinstance(seen[2], Sound)
    assert seen[2].chunks
    assert seen[2].stopped_at
    assert seen[-1] == IDLE
    rang = [each for each in seen if isinstance(each, Sound)]
    order = ["daily", "today", "date", "day-beats-date"]
    assert [each.start["sample_rate"] for each in rang] == [RATES[alarm] for alarm in order]


def test_D26_days(seen: list[bytes | Sound]) -> None:
    """An alarm with days rings on these only."""
    assert sounds(seen, "today")
    assert not sounds(seen, "other-day")


def test_D27_dates(seen: list[bytes | Sound]) -> None:
    """An alarm with dates rings on these only; where it has days too, the days alone count."""
    assert sounds(seen, "date")
    assert not sounds(seen, "other-date")
    assert sounds(seen, "day-beats-date")
    assert not sounds(seen, "date-beaten")


def test_D28_every_day(seen: list[bytes | Sound]) -> None:
    """An alarm with neither days nor dates rings daily."""
    assert sounds(seen, "daily")
