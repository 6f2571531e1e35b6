"""Cron lines: what they are, and the wall-clock moments that they name. Pure.

croniter is loaded when the first line is read: most services and homes have none. It is a
dependency of the services that read such lines.
"""

import re
from collections.abc import Iterator
from datetime import datetime

_SOME_TIME = datetime(2024, 1, 1)  # noqa: DTZ001 - wall-clock times have no zone here
_RANDOM = re.compile(r"(?<![a-z])[hr](?![a-z])", re.IGNORECASE)


def problem(line: str) -> str | None:
    """Return what is wrong with a cron line, None when it is right.

    It has five fields (minute, hour, day, month, weekday) and may have seconds as the sixth.
    """
    from croniter import CroniterBadDateError, croniter  # type: ignore[import-untyped]

    fields = line.split()
    if not (line.startswith("@") or len(fields) in {5, 6}):
        return f"has {len(fields)} fields; must have five, or six with seconds as the last"
    if _RANDOM.search(line):
        return "R and H stand for random moments, which nothing here can have"
    if not croniter.is_valid(line):
        return f"{line!r} is not a cron line"
    try:
        croniter(line, _SOME_TIME).get_next(datetime)
    except CroniterBadDateError:
        return f"{line!r} names a moment that never comes"
    return None


def moments(line: str, after: datetime) -> Iterator[datetime]:
    """Yield the wall-clock moments after one, both without a zone; the line is a right one."""
    from croniter import CroniterBadDateError, croniter

    schedule = croniter(line, after)
    while True:
        try:
            yield schedule.get_next(datetime)
        except (CroniterBadDateError, OverflowError, ValueError):  # in fifty years, or never
            return
