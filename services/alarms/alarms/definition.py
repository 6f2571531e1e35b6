"""One alarm of alarms.json: every field is checked, and what is wrong is said by its name. Pure.

A field that is null is as if it were not there; fields that are not ours are left alone.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from alarms.holiday import is_known
from alarms.recurrence import WEEKDAYS, date_range
from shared import cron
from shared.payloads import AlarmDefinition
from shared.topic import ID, RESERVED_IDS

Entry = Mapping[str, Any]

_TIME = re.compile(r"([01]\d|2[0-3])[0-5]\d", re.ASCII)
_LONGEST_TEXT = 200
_MOST_IN_LIST = 100


class EntryError(Exception):
    """A field of an alarm cannot be used; the text names the field and says what it must be."""


def read_definition(entry: Entry, name: str, own_id: str) -> AlarmDefinition:
    """Return the alarm of an entry, by the id that it is given; EntryError.

    `name` is shown where the entry has none.
    """
    values = {key: value for key, value in entry.items() if value is not None}
    if "cron" in values:
        for other in ("alarm_time", "alarm_days", "alarm_dates"):
            if other in values:
                raise EntryError(f"{other}: cannot stand beside cron, which says it all")
    elif "alarm_time" not in values:
        raise EntryError('alarm_time: is missing; four digits, HHMM, such as "0630"')
    fields: dict[str, Any] = {}
    for key, check in _CHECKS.items():
        if key in values:
            try:
                fields[key] = check(values[key])
            except EntryError as error:
                raise EntryError(f"{key}: {error}") from None
    return AlarmDefinition(**{"name": name} | fields | {"id": own_id})


def check_id(value: object) -> str:
    """Return an id that was given; EntryError when it cannot be one."""
    if not isinstance(value, str) or not ID.fullmatch(value):
        raise EntryError(f"{_shown(value)} must be 1 to 64 of a-z, 0-9, _ and -")
    if value in RESERVED_IDS:
        raise EntryError(f"{_shown(value)} is a name that topics have for something else")
    return value


def check_own(entry: Entry) -> None:
    """Refuse what the file may hold, but nobody from outside may put there; EntryError.

    Files are named below the folder of assets, and a field that is not ours is a slip.
    """
    for field in ("alarm_audio", "alarm_image"):
        path = entry.get(field)
        if isinstance(path, str) and (path.startswith(("/", "~")) or ".." in path.split("/")):
            raise EntryError(f"{field}: {_shown(path)} must be a name below the folder of assets")
    for field in entry:
        if field not in _CHECKS:
            raise EntryError(f"{field}: there is no such field")


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"


def _text(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value.strip()) <= _LONGEST_TEXT:
        raise EntryError(f"{_shown(value)} must be a text of at most {_LONGEST_TEXT} characters")
    if not value.isprintable():
        raise EntryError(f"{_shown(value)} holds characters that cannot be shown")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise EntryError(f"{_shown(value)} must be true or false")
    return value


def _number(least: int, most: int) -> Callable[[object], int]:
    def check(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise EntryError(f"{_shown(value)} must be a whole number from {least} to {most}")
        return value

    return check


def _time(value: object) -> str:
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise EntryError(f'{_shown(value)} must be four digits, HHMM, "0000" to "2359"')
    return value


def _list(value: object) -> list[Any]:
    if not isinstance(value, list) or len(value) > _MOST_IN_LIST:
        raise EntryError(f"{_shown(value)} must be a list of at most {_MOST_IN_LIST}")
    return value


def _days(value: object) -> list[str] | None:
    for day in _list(value):
        if day not in WEEKDAYS:
            raise EntryError(f"{_shown(day)} must be one of {', '.join(WEEKDAYS)}")
    return list(value) or None  # type: ignore[call-overload]


def _dates(value: object) -> list[str] | None:
    for text in _list(value):
        try:
            date_range(text)
        except (ValueError, AttributeError):
            raise EntryError(
                f"{_shown(text)} must be a date MM/DD, or two of them, MM/DD-MM/DD"
            ) from None
    return list(value) or None  # type: ignore[call-overload]


def _cron(value: object) -> str:
    line = _text(value)
    if wrong := cron.problem(line):
        raise EntryError(wrong)
    return line


@lru_cache(maxsize=64)
def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _zone(value: object) -> str:
    if not _is_zone(_text(value)):
        raise EntryError(f"{_shown(value)} is no time zone; such as Europe/Paris")
    return str(value)


def _place(value: object) -> str:
    if not is_known(_text(value)):
        raise EntryError(f"{_shown(value)} is not known; a country (DE), or with a region (DE-BY)")
    return str(value)


_CHECKS: dict[str, Callable[[object], Any]] = {
    "id": check_id,
    "name": _text,
    "enabled": _flag,
    "alarm_time": _time,
    "cron": _cron,
    "alarm_days": _days,
    "alarm_dates": _dates,
    "alarm_audio": _text,
    "alarm_image": _text,
    "timezone": _zone,
    "repeat": _flag,
    "snooze_minutes": _number(1, 720),
    "max_minutes": _number(1, 1440),
    "volume_percent": _number(1, 100),
    "volume_ramp_seconds": _number(0, 3600),
    "skip_holidays": _place,
    "once": _flag,
}
