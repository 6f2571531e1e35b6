"""Ten years of alarms in many zones, against an oracle that walks along the hub's clock.

The oracle knows no time zone rules: it asks for the offset hour by hour, and minute by minute
where it changes, and keeps the latest wall-clock minute that was ever shown. A wall-clock time
is due at the moment at which the clock shows it, or a later one, for the first time.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from alarms.definition import read_definition
from alarms.engine import Engine
from alarms.recurrence import latest_occurrence, next_occurrence
from shared.payloads import AlarmDefinition

START, END = datetime(2017, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Gaps and folds of half an hour to two hours, at midnight, in Ramadan, once and for ever
ZONES = (
    "UTC", "Europe/Paris", "Europe/Dublin", "Europe/Volgograd", "America/New_York",
    "America/St_Johns", "America/Havana", "America/Nuuk", "America/Asuncion",
    "Australia/Lord_Howe", "Pacific/Chatham", "Pacific/Apia", "Pacific/Kiritimati",
    "Africa/Casablanca", "Africa/Cairo", "Africa/Juba", "Asia/Tehran", "Asia/Beirut", "Asia/Gaza",
    "Asia/Pyongyang", "Asia/Kathmandu", "Antarctica/Troll",
)  # fmt: skip


@cache
def shown(
    zone: str, start: datetime = START, end: datetime = END
) -> tuple[tuple[int, int, int, int], ...]:
    """Return (moment, first, last, offset): from `moment` on the clock came by these minutes.

    All in minutes since 1970; where the clock shows a later minute than `first` at the moment,
    it was put forward.
    """
    tz = ZoneInfo(zone)

    def offset(minute: int) -> int:
        there = (EPOCH + timedelta(minutes=minute)).astimezone(tz).utcoffset()
        assert there is not None
        return int(there.total_seconds()) // 60

    found = []
    first, last = (int((each - EPOCH).total_seconds()) // 60 for each in (start, end))
    latest = first + offset(first) - 1
    here = offset(first)
    for hour in range(first, last, 60):
        after = offset(hour + 60)
        steps = [(hour, 60, here)]
        if after != here:
            steps = [(minute, 1, offset(minute)) for minute in range(hour, hour + 60)]
        for minute, length, at in steps:
            top = minute + length - 1 + at
            if top > latest:
                begin = max(minute, latest + 1 - at)
                found.append((begin, latest + 1, top, at))
                latest = top
        here = after
    return tuple(found)


def oracle(
    zone: str, wanted: Callable[[date], bool], at: int, start: datetime = START, end: datetime = END
) -> Iterator[datetime]:
    """Yield when an alarm of the wall-clock minute `at` of the day is due on the wanted days."""
    before = None
    for begin, first, last, offset in shown(zone, start, end):
        due = first + (at - first) % 1440
        while due <= last:
            if wanted((EPOCH + timedelta(minutes=due)).date()):
                moment = EPOCH + timedelta(minutes=max(begin, due - offset))
                if moment != before:
                    yield moment
                before = moment
            due += 1440


def occurrences(
    alarm: AlarmDefinition, zone: str, start: datetime = START, end: datetime = END
) -> list[datetime]:
    found, moment = [], start - timedelta(microseconds=1)
    while (following := next_occurrence(alarm, moment, ZoneInfo(zone))) and following < end:
        found.append(following)
        moment = following
    return found


CALENDARS: dict[str, tuple[dict[str, object], Callable[[date], bool]]] = {
    "daily": ({}, lambda day: True),
    "weekend": ({"alarm_days": ["Sat", "Sun"]}, lambda day: day.isoweekday() > 5),
    "dates": (
        {"alarm_dates": ["02/29", "12/20-01/06", "03/31"]},
        lambda day: (
            (day.month, day.day) in {(2, 29), (3, 31)}
            or (day.month == 12 and day.day >= 20)
            or (day.month == 1 and day.day <= 6)
        ),
    ),
}
TIMES = {"daily": ("0000", "0015", "0215", "0230", "2345"), "weekend": ("0130", "0300"),
         "dates": ("0200", "1200")}  # fmt: skip


@pytest.mark.parametrize("zone", ZONES)
def test_ten_years(zone: str) -> None:
    """Every occurrence of nine alarms, to the second."""
    for name, (fields, wanted) in CALENDARS.items():
        for text in TIMES[name]:
            alarm = read_definition({"alarm_time": text, **fields}, "A", "a")
            at = int(text[:2]) * 60 + int(text[2:])
            expected = list(oracle(zone, wanted, at))
            assert len(expected) > 100, (zone, name)
            assert occurrences(alarm, zone) == expected, (zone, name, text)


def test_a_day_that_was_left_out() -> None:
    """Samoa had no 30 December 2011: what was due on it is due when the 31st begins."""
    start, end = datetime(2011, 12, 1, tzinfo=UTC), datetime(2012, 2, 1, tzinfo=UTC)
    alarm = read_definition({"alarm_time": "0630"}, "A", "a")
    found = occurrences(alarm, "Pacific/Apia", start, end)
    assert found == list(oracle("Pacific/Apia", lambda day: True, 390, start, end))
    assert datetime(2011, 12, 30, 10, tzinfo=UTC) in found


@pytest.mark.parametrize("zone", ["Europe/Paris", "Australia/Lord_Howe", "America/New_York"])
def test_cron_lines_have_the_same_rules(zone: str) -> None:
    """A line for each ten minutes of the night, over four changes of the clock."""
    start, end = datetime(2025, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    alarm = read_definition({"cron": "*/10 1-3 * 3,4,10,11 *"}, "A", "a")
    expected = {
        moment
        for hour in (1, 2, 3)
        for minute in range(0, 60, 10)
        for moment in oracle(
            zone, lambda day: day.month in {3, 4, 10, 11}, hour * 60 + minute, start, end
        )
    }
    assert occurrences(alarm, zone, start, end) == sorted(expected)


def test_the_latest_is_found_by_halving() -> None:
    """As walking along finds it."""
    alarm = read_definition({"cron": "*/7 8-10 * * 1,3"}, "A", "a")
    start, end = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)
    every = occurrences(alarm, "Europe/Paris", start, end)
    for hours in range(0, 24 * 50, 5):
        until = start + timedelta(hours=hours, minutes=hours % 60)
        walked = [each for each in every if each <= until]
        found = latest_occurrence(alarm, start, until, ZoneInfo("Europe/Paris"))
        assert found == (walked[-1] if walked else None)


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/Havana"])
def test_the_engine_rings_for_each_and_for_no_other(zone: str) -> None:
    """Ten years of two alarms in one minute, with a restart at every tenth ring."""
    days = {"Mon", "Thu", "Sun"}
    alarms = [
        read_definition({"alarm_time": "0030", "alarm_days": sorted(days)}, each, each)
        for each in ("b", "a")
    ]
    tz, now = ZoneInfo(zone), START - timedelta(minutes=1)

    def started(engine: Engine | None) -> Engine:
        memories = {} if engine is None else engine._memories
        fresh = Engine(dict(memories), timedelta(seconds=600), tz)
        fresh.clock_set = True
        fresh.define(alarms, now, tz)
        return fresh

    engine, rung = started(None), []
    while (moment := engine.next_moment()) is not None and moment < END:
        now = moment
        engine.tick(now)
        for event in engine.take().events:
            assert event.event == "start"
            rung.append((event.occurrence_at, event.id))
        if len(rung) % 20 == 0:
            engine = started(engine)
            engine.tick(now)
            assert not engine.take().events
        for each in ("a", "b"):
            engine.dismiss(each, now + timedelta(seconds=5))
        engine.take()
    expected = oracle(zone, lambda day: day.strftime("%a") in days, 30)
    assert rung == [(moment, each) for moment in expected for each in ("b", "a")]
