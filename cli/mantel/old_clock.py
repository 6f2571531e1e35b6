"""What an older clock server has kept: its ini file, and a file for each session. Pure.

The name of a session's file is its identifier. What stands in it is not known for certain, so
that usual spellings are understood, and what is not understood is told and left out.
"""

import configparser
import re
from dataclasses import dataclass, field
from typing import Any, get_args

import msgspec

from shared.errors import MantelError
from shared.payloads import Weekday

_IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{16,128}")
_TIME = re.compile(r"([01]?\d|2[0-3]):?([0-5]\d)(?::?([0-5]\d))?(?:\.0+)?", re.ASCII)
_DAYS = {day.lower(): day for day in get_args(Weekday)}
_KEY = "session_directory"


class OldClockError(MantelError):
    """The ini file, or a session's file, cannot be taken over."""


@dataclass
class OldSession:
    """What is known of a session; `problems` are what is left out, in words for a person."""

    identifier: str
    timezone: str | None = None
    alarms: list[dict[str, Any]] = field(default_factory=list)
    """Each as `clock/request/add` takes it: name, time (HH:MM:SS), days (None: all), once."""
    problems: list[str] = field(default_factory=list)


def session_folder(ini: str) -> str:
    """Return the value of `session_directory`, whatever its section; OldClockError."""
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(f"[none]\n{ini}")  # lines may have been added before any section
    except configparser.Error as error:
        raise OldClockError(f"is no ini file ({' '.join(str(error).split())})") from None
    found = {
        values[_KEY].strip().strip("\"'")
        for values in (parser.defaults(), *(parser[name] for name in parser.sections()))
        if _KEY in values
    } - {""}
    if not found:
        raise OldClockError(f"names no {_KEY}")
    if len(found) > 1:
        raise OldClockError(f"names several of {_KEY}: {', '.join(sorted(found))}")
    return found.pop()


def is_identifier(name: str) -> bool:
    """Tell whether the clock lets a session of that name be resumed."""
    return _IDENTIFIER.fullmatch(name) is not None


def read_session(identifier: str, raw: bytes) -> OldSession:
    """Return what a session's file says."""
    session = OldSession(identifier)
    try:
        held = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        held = None
    if not isinstance(held, dict):
        session.problems.append("holds no JSON object; its identifier alone is taken")
        return session
    zone = _first(held, "timezone", "tz", "tzname", "time_zone", "zone")
    if isinstance(zone, str) and zone.strip():
        session.timezone = zone.strip()
    elif zone is not None:
        session.problems.append(f"time zone {_shown(zone)} is left out")
    alarms = _first(held, "alarms", "alarm", "alrm")
    for name, alarm in _each(alarms):
        try:
            session.alarms.append(_alarm(name, alarm))
        except OldClockError as error:
            session.problems.append(f"alarm {_shown(alarm)} is left out: {error}")
    if alarms is not None and not isinstance(alarms, dict | list):
        session.problems.append(f"alarms {_shown(alarms)} are left out")
    return session


def _each(alarms: Any) -> list[tuple[Any, Any]]:  # noqa: ANN401
    """Return names and alarms of a list, or of an object by name."""
    if isinstance(alarms, dict):
        return list(alarms.items())
    if isinstance(alarms, list):
        return [(None, alarm) for alarm in alarms]
    return []


def _alarm(name: Any, alarm: Any) -> dict[str, Any]:  # noqa: ANN401
    if isinstance(alarm, str):
        alarm = {"time": alarm}
    if not isinstance(alarm, dict):
        raise OldClockError("is no object")
    own = _first(alarm, "name", "label", "title", "id") or name
    if not isinstance(own, str | int) or not str(own).strip():
        raise OldClockError("has no name")
    if _first(alarm, "enabled", "active") is False:
        raise OldClockError("is switched off")
    once = _first(alarm, "once", "one_shot", "oneshot")
    if once is None and isinstance(repeat := alarm.get("repeat"), bool):
        once = not repeat
    return {
        "name": str(own).strip(),
        "time": _time(alarm),
        "days": _days(_first(alarm, "days", "weekdays", "day")),
        "once": once is True,
    }


def _time(alarm: dict[str, Any]) -> str:
    time = _first(alarm, "time", "at", "alarm_time", "when")
    if time is None and "hour" in alarm:
        parts = [alarm["hour"], alarm.get("minute", 0), alarm.get("second", 0)]
        if all(isinstance(part, int) for part in parts):
            time = ":".join(f"{part:02}" for part in parts)
    found = _TIME.fullmatch(time.strip()) if isinstance(time, str) else None
    if found is None:
        raise OldClockError(f"time {_shown(time)} is not HH:MM")
    return f"{int(found[1]):02}:{found[2]}:{found[3] or '00'}"


def _days(days: Any) -> list[str] | None:  # noqa: ANN401
    """Return days in the order of the week; None: all of them."""
    if isinstance(days, str):
        days = [day for day in re.split(r"[,\s]+", days) if day]
    if days is None or days == []:
        return None
    if not isinstance(days, list):
        raise OldClockError(f"days {_shown(days)} are no list")
    if all(type(day) is int and 0 <= day <= 7 for day in days) and (0 in days) != (7 in days):
        # From 0 as Python counts, up to 7 as ISO does; without either nobody can tell
        named = {list(_DAYS.values())[day - (7 in days)] for day in days}
    else:
        named = {_DAYS.get(str(day)[:3].lower(), "") for day in days}
    if "" in named:
        raise OldClockError(f"days {_shown(days)} are not sure")
    return [day for day in _DAYS.values() if day in named]


def _first(held: dict[str, Any], *names: str) -> Any:  # noqa: ANN401
    by_name = {key.lower(): value for key, value in held.items()}
    return next((by_name[name] for name in names if by_name.get(name) is not None), None)


def _shown(value: Any) -> str:  # noqa: ANN401
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:59]}…"
