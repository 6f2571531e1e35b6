"""What a display shows when: weekly rules, in the wall-clock time of the display's zone. Pure."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo

from msgspec import Struct

from shared.payloads import DisplayMode

Mode = DisplayMode


def wire_mode(mode: Mode) -> Mode:
    """Return the word for a mode among those that displays of the e-ink contract know.

    One that is idle is told to fetch its photo, and gets the idle picture for it.
    """
    return "photo" if mode == "idle" else mode


EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)
DAY_MINUTES = 24 * 60
_LOOK_AHEAD_DAYS = 8  # a week, and the day that its last hours belong to


class Rule(Struct, frozen=True):
    """On these days (0: Monday) from minute `start` up to minute `end` of the day, `mode`."""

    start: int
    end: int
    mode: Mode
    days: tuple[int, ...] = EVERY_DAY


DEFAULT_MODE: Mode = "photo"
DEFAULT_SCHEDULE = (
    Rule(0, 6 * 60, "photo"),
    Rule(6 * 60, 9 * 60, "dashboard"),
    Rule(9 * 60, 12 * 60, "photo"),
    Rule(12 * 60, 14 * 60, "dashboard"),
    Rule(14 * 60, DAY_MINUTES, "photo"),
)
"""What every display begins with."""


def scheduled(rules: Sequence[Rule], default: Mode, local: datetime) -> Mode:
    """Return the mode at a moment that is given in the display's zone."""
    minute = local.hour * 60 + local.minute
    for rule in rules:
        if rule.start <= minute < rule.end and local.weekday() in rule.days:
            return rule.mode
    return default


def next_boundary(
    rules: Sequence[Rule], default: Mode, zone: tzinfo, now: datetime
) -> datetime | None:
    """Return the next moment at which the mode changes, in UTC; None where it never does.

    Where the clocks are put forward over a boundary it is the moment at which they are; where
    they are put back, a time of day comes twice, and with it what belongs to that time.
    """
    before = scheduled(rules, default, now.astimezone(zone))
    for moment in _candidates(rules, zone, now):
        if moment > now and scheduled(rules, default, moment.astimezone(zone)) != before:
            return moment
    return None


def _candidates(rules: Sequence[Rule], zone: tzinfo, now: datetime) -> Iterator[datetime]:
    """Yield all moments at which the mode may change, in order."""
    minutes = sorted({minute % DAY_MINUTES for rule in rules for minute in (rule.start, rule.end)})
    today = now.astimezone(zone).date()
    for days in range(_LOOK_AHEAD_DAYS + 1):
        date = today + timedelta(days=days)
        walls = (
            datetime.combine(date, time(minute // 60, minute % 60, fold=fold), zone)
            for minute, fold in itertools.product(minutes, (0, 1))
        )
        moments = {wall.astimezone(UTC) for wall in walls}
        midnights = (
            datetime.combine(each, time(), zone).astimezone(UTC)
            for each in (date, date + timedelta(days=1))
        )
        yield from sorted(moments | set(clock_change(zone, *midnights)))


def clock_change(zone: tzinfo, begin: datetime, end: datetime) -> Iterable[datetime]:
    """Return the moment between two at which the clocks are changed, if there is one."""

    def offset(moment: datetime) -> timedelta | None:
        return moment.astimezone(zone).utcoffset()

    if offset(begin) == offset(end):
        return ()
    while end - begin > timedelta(seconds=1):
        middle = begin + (end - begin) / 2
        begin, end = (begin, middle) if offset(middle) != offset(begin) else (middle, end)
    return (end.replace(microsecond=0),)
