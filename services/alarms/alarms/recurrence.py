"""When an alarm is due: from its definition to moments. Pure.

An alarm means a wall-clock time in its zone. Where the clocks are put forward over that time it
is due at the first moment afterwards; where they are put back and the time comes twice, the
first time only. Several times within one such gap are one moment, and one ring.
Within the service an `alarm_time` may be HHMMSS too: the clock's sessions count in seconds.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from alarms.holiday import is_holiday
from shared import cron
from shared.payloads import AlarmDefinition
from shared.wall import moment

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_MOST_DAYS = 12 * 366  # 29 February comes within eight years, 1900 and 2100 included
_MOST_CRON_MOMENTS = 100_000  # a line for each second of the longest hour, and much more


def next_occurrence(
    definition: AlarmDefinition, after: datetime, zone: ZoneInfo
) -> datetime | None:
    """Return the first moment (UTC) after `after` at which the alarm is due; None: never.

    `zone` is that of alarms which name none.
    """
    zone = ZoneInfo(definition.timezone) if definition.timezone else zone
    for wall in _walls(definition, after.astimezone(zone).replace(tzinfo=None)):
        if (found := moment(wall, zone)) > after:
            return found
    return None


def latest_occurrence(
    definition: AlarmDefinition, after: datetime, until: datetime, zone: ZoneInfo
) -> datetime | None:
    """Return the last moment in (`after`, `until`] at which the alarm was due.

    Found by halving, so that a year away costs no more than an hour.
    """
    found = next_occurrence(definition, after, zone)
    if found is None or found > until:
        return None
    high = until
    while high - found > _SECOND:
        middle = found + (high - found) / 2
        later = next_occurrence(definition, middle, zone)
        if later is None or later > until:
            high = middle
        else:
            found = later
    later = next_occurrence(definition, found, zone)
    return found if later is None or later > until else later


def schedule(definition: AlarmDefinition) -> str:
    """Return all that decides when the alarm is due, as text, the same for the same."""
    return repr(
        (
            definition.alarm_time,
            definition.cron,
            definition.alarm_days,
            definition.alarm_dates,
            definition.skip_holidays,
            definition.timezone,
        )
    )


def date_range(text: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return (month, day) of the two ends of MM/DD or MM/DD-MM/DD; ValueError if it is neither."""
    first, dash, last = text.partition("-")
    ends = []
    for part in (first, last if dash else first):
        month, slash, day = part.strip().partition("/")
        if not (slash and month.isascii() and day.isascii() and len(month) == len(day) == 2):
            raise ValueError(text)
        date(2024, int(month), int(day))  # a leap year, so that 29 February is one
        ends.append((int(month), int(day)))
    return ends[0], ends[1]


def _walls(definition: AlarmDefinition, after: datetime) -> Iterator[datetime]:
    """Yield the wall-clock times from the day of `after` on."""
    place = definition.skip_holidays
    if definition.cron is not None:
        yield from _cron(definition.cron, place, after)
        return
    for wall in _days(definition, after):
        if place is None or not is_holiday(place, wall.date()):
            yield wall


def _cron(line: str, place: str | None, after: datetime) -> Iterator[datetime]:
    count, end = 0, after + _MOST_DAYS * _DAY
    while count < _MOST_CRON_MOMENTS:
        for wall in cron.moments(line, after):
            count += 1
            if wall > end:
                return
            if place is not None and is_holiday(place, wall.date()):
                after = datetime.combine(wall.date(), time.max)
                break
            yield wall
        else:
            return


def _days(definition: AlarmDefinition, after: datetime) -> Iterator[datetime]:
    text = definition.alarm_time or "0000"
    at = time(int(text[:2]), int(text[2:4]), int(text[4:] or 0))
    days = {WEEKDAYS.index(day) for day in definition.alarm_days or ()}
    ranges = [date_range(each) for each in definition.alarm_dates or ()]
    for number in range(_MOST_DAYS):
        day = after.date() + number * _DAY
        if _is_day(day, days, ranges):
            yield datetime.combine(day, at)


def _is_day(
    day: date, days: set[int], ranges: list[tuple[tuple[int, int], tuple[int, int]]]
) -> bool:
    if days:
        return day.weekday() in days
    here = (day.month, day.day)
    return not ranges or any(
        first <= here <= last if first <= last else here >= first or here <= last
        for first, last in ranges
    )
