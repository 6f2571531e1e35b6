"""Quiet hours: the times of a day that a display sleeps through, in its own zone. Pure."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from msgspec import Struct

from media.display.schedule import clock_change

_DAYS = 4  # from yesterday on: two nights that touch are one


class Quiet(Struct, frozen=True):
    """From minute `start` of each day up to minute `end`; one that is not later is over midnight.

    Where the clocks are put back an hour is quiet both times if it is at all.
    """

    start: int
    end: int


def quiet_until(hours: Sequence[Quiet], now: datetime, zone: tzinfo) -> datetime | None:
    """Return when the quiet hours of this moment end, in UTC; None when it is not quiet."""
    until = next_end(hours, now, zone)
    return until[1] if until is not None and until[0] <= now else None


def next_end(
    hours: Sequence[Quiet], now: datetime, zone: tzinfo
) -> tuple[datetime, datetime] | None:
    """Return the quiet hours of this moment or those to come, from and to; None without any."""
    found: tuple[datetime, datetime] | None = None
    for begin, end in _periods(hours, now, zone):
        if found is not None and begin > found[1]:
            break
        if end > now:
            found = (begin if found is None else found[0], max(end, found[1] if found else end))
    return found


def _periods(
    hours: Sequence[Quiet], now: datetime, zone: tzinfo
) -> list[tuple[datetime, datetime]]:
    """Return all quiet hours from yesterday on, in order; they may overlap."""
    if not hours:
        return []
    yesterday = now.astimezone(zone).date() - timedelta(days=1)
    found = []
    for days in range(_DAYS):
        day = yesterday + timedelta(days=days)
        for each in hours:
            last = day if each.start < each.end else day + timedelta(days=1)
            found.append((_moment(zone, day, each.start, 0), _moment(zone, last, each.end, 1)))
    return sorted(found)


def _moment(zone: tzinfo, day: date, minute: int, fold: int) -> datetime:
    """Return the moment of a time of day; one that is left out is when the clocks are changed."""
    wall = datetime.combine(day, time(minute // 60, minute % 60), zone)
    moment = wall.replace(fold=fold).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return moment
    early, late = (wall.replace(fold=each).astimezone(UTC) for each in (1, 0))
    return next(iter(clock_change(zone, early, late)), moment)
