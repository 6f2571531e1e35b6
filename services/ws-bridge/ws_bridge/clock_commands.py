"""What a client of the clock may say: `VERB`, `VERB args` or `VERB:args`, in any case. Pure.

The set is our own (the older clock's is not known); its aliases are the guesses of people who
met other clocks. Limits and forms: the contract of port 8901, section 6.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, get_args

from shared.payloads import Weekday

MOST_CHARACTERS = 4096
MOST_NAME_CHARACTERS = 64
USUAL_SNOOZE_MINUTES = 9
MOST_SNOOZE_MINUTES = 24 * 60

_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?")
_DAYS = {day.lower(): day for day in get_args(Weekday)}


class CommandError(ValueError):
    """The text after `ERR:`, in words for a person."""


@dataclass(frozen=True)
class Command:
    """What is wanted: one of the names in `COMMANDS`, and its arguments by name."""

    name: str
    arguments: dict[str, Any] = field(default_factory=dict)


def parse(text: str) -> Command:
    """Return what a client's text means; CommandError when it means nothing."""
    if len(text) > MOST_CHARACTERS:
        raise CommandError(f"a command has at most {MOST_CHARACTERS} characters")
    found = re.fullmatch(r"([^\s:]+)(?:\s*:\s*|\s+|$)(.*)", text.strip(), re.DOTALL)
    if found is None:
        raise CommandError("empty command; HELP lists all")
    verb, rest = found[1].upper(), found[2].strip()
    name, first = _ALIASES.get(verb, (verb, ""))
    if name not in _READERS:
        raise CommandError(f"unknown command {verb[:32]}; HELP lists all")
    return _READERS[name](f"{first} {rest}".strip())


def explain(name: str = "") -> str:
    """Return the text of HELP: all names, or how one of them is used."""
    if not name:
        return " ".join(COMMANDS)
    verb = _ALIASES.get(name.upper(), (name.upper(), ""))[0]
    if verb not in COMMANDS:
        raise CommandError(f"unknown command {name[:32]}; HELP lists all")
    others = [alias for alias, (own, _) in _ALIASES.items() if own == verb]
    also = f" (also {', '.join(others)})" if others else ""
    return f"{COMMANDS[verb]}{also}"


def _help(rest: str) -> Command:
    return Command("HELP", {"text": explain(rest)})


def _timezone(rest: str) -> Command:
    return Command("TZ", {"timezone": rest} if rest else {})


def _timezones(rest: str) -> Command:
    return Command("TZLIST", {"prefix": rest})


def _alarm(rest: str) -> Command:
    verb, _, rest = rest.partition(" ")
    rest = rest.strip()
    match verb.upper():
        case "ADD":
            return _alarm_add(rest)
        case "LIST" | "":
            return Command("ALARM LIST", _nothing("ALARM LIST", rest))
        case "DEL" | "DELETE" | "REMOVE":
            if not rest:
                raise CommandError("which alarm? ALARM DEL name")
            return Command("ALARM DEL", {"name": _unquoted(rest)})
    raise CommandError("ALARM ADD, ALARM LIST or ALARM DEL")


def _alarm_add(rest: str) -> Command:
    words = rest.split()
    found = _TIME.fullmatch(words[0]) if words else None
    if found is None:
        raise CommandError("bad time; ALARM ADD HH:MM name, as in ALARM ADD 06:30 work")
    days: list[str] | None = None
    once = False
    name = words[1:]
    while name and (option := name[-1].lower()):
        if option == "once":
            once = True
        elif option.startswith("days="):
            days = _weekdays(option.removeprefix("days="))
        else:
            break
        name.pop()
    time = f"{int(found[1]):02}:{found[2]}:{found[3] or '00'}"
    return Command(
        "ALARM ADD", {"name": _name(" ".join(name)), "time": time, "days": days, "once": once}
    )


def _weekdays(text: str) -> list[str]:
    days = [_DAYS.get(day.strip()[:3]) for day in text.split(",")]
    if None in days:
        raise CommandError(f"bad days {text[:40]}; as in days={','.join(list(_DAYS.values())[:3])}")
    return [day for day in _DAYS.values() if day in days]


def _name(text: str) -> str:
    name = _unquoted(text)
    if not name or len(name) > MOST_NAME_CHARACTERS or not name.isprintable():
        raise CommandError(f"a name has 1 to {MOST_NAME_CHARACTERS} printable characters")
    return name


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def _stop(rest: str) -> Command:
    return Command("STOP", {"name": _unquoted(rest)} if rest else {})


def _snooze(rest: str) -> Command:
    first, _, name = rest.partition(" ")
    if not re.fullmatch(r"[0-9]{1,6}", first):
        first, name = "", rest
    minutes = int(first or USUAL_SNOOZE_MINUTES)
    if not 1 <= minutes <= MOST_SNOOZE_MINUTES:
        raise CommandError(f"a snooze lasts 1 to {MOST_SNOOZE_MINUTES} minutes")
    named = {"name": _unquoted(name.strip())} if name.strip() else {}
    return Command("SNOOZE", {"minutes": minutes, **named})


def _alarm_format(rest: str) -> Command:
    if rest.lower() not in ("name", "json"):
        raise CommandError("ALRMFMT name or ALRMFMT json")
    return Command("ALRMFMT", {"format": rest.lower()})


def _session(rest: str) -> Command:
    if rest.upper() == "END":
        return Command("SESSION END")
    return Command("SESSION", _nothing("SESSION", rest))


def _plain(name: str) -> Callable[[str], Command]:
    return lambda rest: Command(name, _nothing(name, rest))


def _nothing(name: str, rest: str) -> dict[str, Any]:
    if rest:
        raise CommandError(f"{name} takes nothing more")
    return {}


_READERS: dict[str, Callable[[str], Command]] = {
    "HELP": _help,
    "TZ": _timezone,
    "TZLIST": _timezones,
    "TIME": _plain("TIME"),
    "ALARM": _alarm,
    "STOP": _stop,
    "SNOOZE": _snooze,
    "ALRMFMT": _alarm_format,
    "SESSION": _session,
    "PING": _plain("PING"),
    "VERSION": _plain("VERSION"),
}

COMMANDS = {
    "HELP": "HELP [command]: the commands, or what one of them does",
    "TZ": "TZ [zone]: show the zone of this session, or set it, as in TZ Europe/Paris",
    "TZLIST": "TZLIST [prefix]: the zones that there are, as in TZLIST Europe/",
    "TIME": "TIME: the time now",
    "ALARM": "ALARM ADD HH:MM[:SS] name [days=Mon,Tue] [once], ALARM LIST, or ALARM DEL name",
    "STOP": "STOP [name]: end the ringing of all alarms, or of one",
    "SNOOZE": f"SNOOZE [minutes={USUAL_SNOOZE_MINUTES}] [name]: be silent and ring again",
    "ALRMFMT": "ALRMFMT name|json: how this connection is told what rings",
    "SESSION": "SESSION: the identifier of this session; SESSION END: forget all of it",
    "PING": "PING: answers PONG",
    "VERSION": "VERSION: what this is",
}
"""Each command and the one line that HELP tells of it."""

_ALIASES = {
    "?": ("HELP", ""), "LIST_COMMANDS": ("HELP", ""), "COMMANDS": ("HELP", ""),
    "TZSET": ("TZ", ""), "SETTZ": ("TZ", ""), "TIMEZONE": ("TZ", ""), "TZGET": ("TZ", ""),
    "TIMEZONES": ("TZLIST", ""),
    "NOW": ("TIME", ""),
    "ADDALRM": ("ALARM", "ADD"), "SETALARM": ("ALARM", "ADD"),
    "LISTALRM": ("ALARM", "LIST"), "ALARMS": ("ALARM", "LIST"),
    "DELALRM": ("ALARM", "DEL"), "RMALARM": ("ALARM", "DEL"),
    "OFF": ("STOP", ""), "DISMISS": ("STOP", ""),
    "LOGOUT": ("SESSION", "END"),
}  # fmt: skip
