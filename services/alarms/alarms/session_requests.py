"""What is asked of the clock's sessions by topic, and what is wrong with it. Pure."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal, get_args

from alarms.recurrence import WEEKDAYS
from alarms.requests import Ask, read_request
from alarms.session import (
    Instant,
    Session,
    SessionAlarm,
    SessionError,
    add,
    delete,
    in_zone,
    snooze,
    stop,
)

Verb = Literal["open", "close", "zone", "add", "delete", "stop", "snooze", "end"]

VERBS: tuple[str, ...] = get_args(Verb)

_HASH = re.compile(r"[0-9a-f]{32}")
_HOLDER = re.compile(r"[A-Za-z0-9_-]{1,64}/[A-Za-z0-9_-]{1,64}")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d", re.ASCII)
_LONGEST_NAME = 64
_MOST_MINUTES = 1440


def read_ask(verb: str, raw: bytes) -> Ask:
    """Return a request with its fields checked; what is wrong is its `problem`."""
    ask = read_request(verb, raw, VERBS)
    if ask.problem:
        return ask
    try:
        fields = {key: _CHECKS[key](ask.fields.get(key)) for key in _FIELDS[verb]}
        if verb in {"stop", "snooze"}:  # without a name it is about all
            name = ask.fields.get("name")
            fields["name"] = None if name is None else _name(name)
    except SessionError as error:
        return replace(ask, problem=str(error))
    return replace(ask, fields=fields)


def obey(session: Session, verb: str, ask: Ask, at: Instant) -> tuple[Session, object]:
    """Return the session afterwards, and the data of the answer; SessionError."""
    fields = ask.fields
    match verb:
        case "zone":
            return in_zone(session, fields["timezone"], at), None
        case "add":
            alarm = SessionAlarm(**{key: fields[key] for key in ("name", "time", "days", "once")})
            return add(session, alarm, at), None
        case "delete":
            return delete(session, fields["name"]), None
        case "stop":
            session, count = stop(session, fields["name"], at)
            return session, {"count": count}
        case "snooze":
            session, until = snooze(session, fields["minutes"], fields["name"], at)
            return session, {"next_at": until}
    return session, None


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_NAME else text[: _LONGEST_NAME - 1] + "…"


def _form(pattern: re.Pattern[str], wanted: str) -> Callable[[object], str]:
    def check(value: object) -> str:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise SessionError(f"{wanted}, not {_shown(value)}")
        return value

    return check


def _name(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_NAME:
        raise SessionError(f"bad name; 1 to {_LONGEST_NAME} characters, not {_shown(value)}")
    if not value.isprintable() or not value.strip():
        raise SessionError(f"bad name; {_shown(value)} cannot be shown")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise SessionError(f"unknown timezone {_shown(value)}; such as Europe/Paris")
    return value


def _days(value: object) -> tuple[str, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not value or any(day not in WEEKDAYS for day in value):
        raise SessionError(f"bad days; some of {', '.join(WEEKDAYS)}, not {_shown(value)}")
    return tuple(day for day in WEEKDAYS if day in value)


def _flag(field: str) -> Callable[[object], bool]:
    def check(value: object) -> bool:
        if value is not None and not isinstance(value, bool):
            raise SessionError(f"{field}: true or false, not {_shown(value)}")
        return bool(value)

    return check


def _minutes(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _MOST_MINUTES:
        raise SessionError(f"bad minutes; 1 to {_MOST_MINUTES}, not {_shown(value)}")
    return value


_CHECKS: dict[str, Callable[[object], Any]] = {
    "session": _form(_HASH, "session: the hash of an identifier, 32 of 0-9 and a-f"),
    "holder": _form(_HOLDER, "holder: NODE/SERVICE"),
    "resume": _flag("resume"),
    "timezone": _text,
    "name": _name,
    "time": _form(_TIME, "bad time; HH:MM:SS, such as 06:30:00"),
    "days": _days,
    "once": _flag("once"),
    "minutes": _minutes,
}

_ALWAYS = ("session", "holder")
_FIELDS: dict[str, tuple[str, ...]] = {
    "open": (*_ALWAYS, "resume"),
    "close": _ALWAYS,
    "zone": (*_ALWAYS, "timezone"),
    "add": (*_ALWAYS, "name", "time", "days", "once"),
    "delete": (*_ALWAYS, "name"),
    "stop": _ALWAYS,
    "snooze": (*_ALWAYS, "minutes"),
    "end": _ALWAYS,
}
