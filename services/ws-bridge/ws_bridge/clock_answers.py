"""What a command of the clock is answered with, and what `alarms` is asked for it. Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from shared import __version__
from shared.payloads import Time
from ws_bridge.clock import Face
from ws_bridge.clock_commands import Command, CommandError

AWAY = "the alarm service is away; the clock goes on, try again later"
LATE = "the alarm service did not answer in time; look with ALARM LIST whether it was done"
ENDED = "this session has ended; connect again for a new one"

_VERBS = {
    "TZ": "zone", "ALARM ADD": "add", "ALARM DEL": "delete", "STOP": "stop", "SNOOZE": "snooze",
    "SESSION END": "end",
}  # fmt: skip


class Outcome(Struct, frozen=True, kw_only=True):
    """What `alarms` answers, whichever the verb."""

    known: bool = False
    count: int = 0
    next_at: Time | None = None


class Zones:
    """The names of all time zones, found in any case."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = {name.lower(): name for name in sorted(names)}

    def find(self, text: str) -> str:
        """Return the name as it is written; CommandError when there is none."""
        if name := self._names.get(text.lower()):
            return name
        raise CommandError(f"unknown timezone {text[:40]}; TZLIST names all")

    def beginning(self, prefix: str) -> list[str]:
        """Return the names that begin like `prefix`."""
        return [name for key, name in self._names.items() if key.startswith(prefix.lower())]


def wanted(command: Command, zones: Zones) -> tuple[str, dict[str, Any]] | None:
    """Return verb and fields of what `alarms` has to be asked; None when the copy is enough."""
    if command.name == "TZ" and not command.arguments:
        return None
    verb = _VERBS.get(command.name)
    if verb is None:
        return None
    if verb == "zone":
        return verb, {"timezone": zones.find(command.arguments["timezone"])}
    return verb, command.arguments


def confirmed(command: Command, outcome: Outcome, zone: ZoneInfo) -> str:
    """Return what stands behind `OK:` when `alarms` has done it."""
    match command.name:
        case "ALARM ADD":
            return str(command.arguments["name"])
        case "STOP":
            return str(outcome.count)
        case "SNOOZE" if outcome.next_at is not None:
            return time_text(outcome.next_at, zone)
    return ""


def answered(
    command: Command, session: str, face: Face, now: datetime, home: ZoneInfo, zones: Zones
) -> str:
    """Return what stands behind `OK:` of a command that the copy answers.

    `home` is the hub's zone. CommandError when the copy does not know it.
    """
    zone = face.copy.zone or home
    match command.name:
        case "HELP":
            return str(command.arguments["text"])
        case "TZ":
            return zone.key or now.astimezone(zone).tzname() or ""
        case "TZLIST":
            return _json(zones.beginning(command.arguments["prefix"]))
        case "TIME":
            return time_text(now, zone)
        case "ALARM LIST":
            return _alarms(face)
        case "ALRMFMT":
            face.form = command.arguments["format"]
            return ""
        case "SESSION":
            return session
        case "PING":
            return "PONG"
    return f"Mantel {__version__}"


def time_text(at: datetime, zone: ZoneInfo) -> str:
    """Return a moment as a tick tells it."""
    return at.astimezone(zone).isoformat(timespec="seconds")


def _alarms(face: Face) -> str:
    if face.copy.state is None:
        raise CommandError(AWAY)
    zone = face.copy.zone
    return _json(
        [
            {
                "name": alarm.name,
                "time": alarm.time,
                "days": alarm.days,
                "once": alarm.once,
                "enabled": alarm.enabled,
                "ringing": alarm.ringing,
                "next_at": time_text(alarm.next_at, zone) if alarm.next_at and zone else None,
            }
            for alarm in face.copy.state.alarms
        ]
    )


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
