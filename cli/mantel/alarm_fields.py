"""The fields of an alarm as options, and what they become in a request."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from mantel import schedule
from shared.payloads import AlarmDefinition, Request

F = TypeVar("F", bound=Callable[..., Any])

_DISPLACES = {
    "alarm_time": ("cron",),
    "cron": ("alarm_time", "alarm_days", "alarm_dates"),
    "alarm_days": ("alarm_dates", "cron"),
    "alarm_dates": ("alarm_days", "cron"),
}
"""Fields that would keep another one from having an effect."""


def _parsed(parse: Callable[[str], Any]) -> Callable[..., Any]:
    """Return click's callback for a value that `parse` reads; empty takes the field back."""

    def read(_ctx: click.Context, _option: click.Parameter, text: str | None) -> Any:  # noqa: ANN401
        if text is None or text == "":
            return text
        try:
            return parse(text)
        except ValueError as error:
            raise click.BadParameter(f"{error}.") from None

    return read


def _minutes(about: str) -> dict[str, Any]:
    return {"type": click.IntRange(1, 1440), "metavar": "N", "help": about}


time = _parsed(schedule.parse_time)

_OPTIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "name": ("--name", {"help": "Its name, as people see it."}),
    "alarm_days": (
        "--days",
        {
            "callback": _parsed(schedule.parse_days),
            "help": "Days: Mon-Fri, Sat,Sun, weekdays, weekend. Not given: all.",
        },
    ),
    "alarm_dates": (
        "--dates",
        {
            "callback": _parsed(schedule.parse_dates),
            "help": "Dates in place of days: 12/24, 12/24-12/26.",
        },
    ),
    "cron": ("--cron", {"metavar": "LINE", "help": "A cron line in place of time and days."}),
    "timezone": ("--timezone", {"metavar": "ZONE", "help": "Zone of its time: Europe/Paris."}),
    "once": ("--once/--not-once", {"help": "Ring one time, then be disabled.", "default": None}),
    "skip_holidays": (
        "--skip-holidays",
        {"metavar": "COUNTRY", "help": "Be silent on holidays of DE, or of a region: DE-BY."},
    ),
    "alarm_audio": ("--audio", {"metavar": "FILE", "help": "Its sound, below MEDIA_ASSETS."}),
    "alarm_image": ("--image", {"metavar": "FILE", "help": "Its picture, below MEDIA_ASSETS."}),
    "volume_percent": (
        "--volume",
        {"type": click.IntRange(0, 100), "metavar": "PERCENT", "help": "Loudness, 0 to 100."},
    ),
    "volume_ramp_seconds": (
        "--ramp",
        {"type": click.IntRange(0, 3600), "metavar": "SECONDS", "help": "Time to that loudness."},
    ),
    "snooze_minutes": ("--snooze", _minutes("Minutes of a snooze.")),
    "repeat": (
        "--repeat/--no-repeat",
        {"help": "Sound until dismissed (the default of `add`), or once.", "default": None},
    ),
    "max_minutes": ("--max-minutes", _minutes("Minutes that it repeats at most.")),
}
"""Each field of an alarm, with its option and how click reads it."""


def options(command: F) -> F:
    """Give a command all fields as options; it gets them by the names of the fields."""
    for field, (option, how) in reversed(_OPTIONS.items()):
        command = click.option(option, field, **how)(command)
    return command


def collect(given: dict[str, Any]) -> Request:
    """Return what was given; null for a field that is taken back."""
    fields = {name: None if value == "" else value for name, value in given.items()}
    chosen = {name: fields[name] for name, value in given.items() if value is not None}
    for one, other in (
        ("alarm_days", "alarm_dates"),
        ("alarm_days", "cron"),
        ("alarm_dates", "cron"),
    ):
        if chosen.get(one) and chosen.get(other):
            names = f"{_OPTIONS[one][0]} and {_OPTIONS[other][0]}"
            raise click.UsageError(f"{names} exclude each other.")
    return chosen


def displacing(fields: Request, old: AlarmDefinition) -> Request:
    """Return the fields, with null for those of `old` that would keep them from having effect."""
    gone: Request = {}
    for name, value in fields.items():
        for other in _DISPLACES.get(name, ()) if value is not None else ():
            if other not in fields and getattr(old, other) is not None:
                gone[other] = None
    return {**fields, **gone}
