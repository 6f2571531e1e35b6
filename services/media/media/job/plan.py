"""When a job is due by its cron line. Pure.

A line with an hour of its own means that time on the wall: once a day, also where the clocks are
put forward over it or back. A line for each hour, such as */5 * * * *, goes on through both at its
own pace.
"""

from datetime import UTC, datetime, timedelta, tzinfo

from shared import cron
from shared.wall import moment

_SECOND = timedelta(seconds=1)
_MOST_AHEAD = timedelta(minutes=1)


def next_run(line: str, after: datetime, zone: tzinfo) -> datetime | None:
    """Return the first moment (UTC) after `after` that a right line names; None: never."""
    if _each_hour(line):
        return _paced(line, after, zone)
    for wall in cron.moments(line, after.astimezone(zone).replace(tzinfo=None)):
        if (found := moment(wall, zone)) > after:
            return found
    return None


def is_due(line: str, since: datetime, now: datetime, zone: tzinfo) -> bool:
    """Tell whether the line has named a moment after `since`, up to now.

    However many it has named, that is one run: a hub that was off catches up once.
    """
    found = next_run(line, since, zone)
    return found is not None and found <= now


def baseline(since: datetime, now: datetime) -> datetime:
    """Return from when on moments count, after the clock may have been put back.

    A run that began in the future, before the clock was right, would keep its job waiting.
    """
    return now if since > now + _MOST_AHEAD else since


def _each_hour(line: str) -> bool:
    fields = line.split()
    return line == "@hourly" or (len(fields) > 1 and fields[1].startswith("*"))


def _paced(line: str, after: datetime, zone: tzinfo) -> datetime | None:
    """Return the next moment by the offset of the zone, and by the next one from its change on."""
    offset = _offset(after, zone)
    while True:
        wall = next(cron.moments(line, after.astimezone(UTC).replace(tzinfo=None) + offset), None)
        if wall is None:
            return None
        found = (wall - offset).replace(tzinfo=UTC)
        if _offset(found, zone) == offset:
            return found
        change = _change(after, found, zone)
        after, offset = change - _SECOND, _offset(change, zone)


def _change(low: datetime, high: datetime, zone: tzinfo) -> datetime:
    """Return the second from which on the offset is another than at `low`."""
    before = _offset(low, zone)
    while high - low > _SECOND:
        middle = low + (high - low) / 2
        if _offset(middle, zone) == before:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)


def _offset(at: datetime, zone: tzinfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()
