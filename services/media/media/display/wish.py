"""What people want of a display: words and fields that come by topic, and what they mean. Pure."""

import re
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, Struct

from media.bitmap.profiles import PROFILES
from media.display.quiet import Quiet
from media.display.roster import POLICIES, Policy
from media.display.schedule import DAY_MINUTES, EVERY_DAY, Mode, Rule
from shared.errors import PayloadError
from shared.payloads import Weekday

DAYS: tuple[Weekday, ...] = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


class Wish(Struct, frozen=True):
    """What is sent to a display's `set`: a mode, for a while or until it is taken back.

    `auto` is the schedule, `next` the next picture, `hold` what is shown now until the schedule
    changes the mode, `identify` its name for a minute from when it wakes.
    """

    mode: Mode | Literal["auto", "next", "hold", "identify"]
    for_seconds: Annotated[float, Meta(gt=0, le=31_622_400)] | None = None


class Span(Struct, frozen=True, forbid_unknown_fields=True):
    """A rule as people write it: times are HH:MM, an end of 00:00 is the end of the day."""

    start: str
    end: str
    mode: Mode
    days: tuple[Weekday, ...] = DAYS


class Hours(Struct, frozen=True, forbid_unknown_fields=True):
    """Quiet hours as people write them, HH:MM; an end that is not later is of the next day."""

    start: str
    end: str


class Changes(Struct, frozen=True, forbid_unknown_fields=True):
    """What may be changed of a display; what is not given stays."""

    profile: str | msgspec.UnsetType = msgspec.UNSET
    timezone: str | msgspec.UnsetType = msgspec.UNSET
    default_mode: Mode | msgspec.UnsetType = msgspec.UNSET
    schedule: tuple[Span, ...] | msgspec.UnsetType = msgspec.UNSET
    quiet: Annotated[tuple[Hours, ...], Meta(max_length=8)] | msgspec.UnsetType = msgspec.UNSET


def read_wish(raw: bytes) -> Wish:
    """Return what a payload wants: a word, or an object; PayloadError."""
    text = raw.decode(errors="replace").strip()
    try:
        if text.startswith("{"):
            return msgspec.json.decode(raw, type=Wish)
        return msgspec.convert({"mode": text[:40]}, Wish)
    except msgspec.MsgspecError as error:
        raise PayloadError(f"not understood: {error}") from None


def read_changes(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a display to change, with their values; PayloadError."""
    try:
        changes = msgspec.convert(fields, Changes)
    except msgspec.ValidationError as error:
        raise PayloadError(str(error)) from None
    found: dict[str, Any] = {
        name: value
        for name in ("profile", "timezone", "default_mode")
        if (value := getattr(changes, name)) is not msgspec.UNSET
    }
    if found.get("profile") and found["profile"] not in PROFILES:
        raise PayloadError(f"profile: must be one of {', '.join(PROFILES)}")
    if found.get("timezone"):
        try:
            ZoneInfo(found["timezone"])
        except (KeyError, ValueError, OSError):
            raise PayloadError(f"timezone: no such zone {found['timezone']!r}") from None
    if isinstance(changes.schedule, tuple):
        found["schedule"] = read_schedule(changes.schedule)
    if isinstance(changes.quiet, tuple):
        found["quiet"] = read_quiet(changes.quiet)
    if not found:
        raise PayloadError(f"nothing to change is given: {', '.join(Changes.__struct_fields__)}")
    return found


def read_schedule(spans: tuple[Span, ...]) -> tuple[Rule, ...]:
    """Return the rules of spans; PayloadError where one is empty or two overlap."""
    rules: list[Rule] = []
    for span in spans:
        start, end = _minute(span.start), _minute(span.end) or DAY_MINUTES
        if end <= start:
            raise PayloadError(
                f"schedule: {span.start} to {span.end} is no part of a day; over midnight it is two"
            )
        days = tuple(sorted({DAYS.index(day) for day in span.days}))
        for other in rules:
            if start < other.end and other.start < end and set(days) & set(other.days):
                raise PayloadError(f"schedule: {span.start} to {span.end} overlaps another")
        rules.append(Rule(start, end, span.mode, days or EVERY_DAY))
    return tuple(rules)


def read_quiet(hours: tuple[Hours, ...]) -> tuple[Quiet, ...]:
    """Return quiet hours; PayloadError for those that begin when they end."""
    found = set()
    for each in hours:
        quiet = Quiet(_minute(each.start, "quiet"), _minute(each.end, "quiet"))
        if quiet.start == quiet.end:
            raise PayloadError(f"quiet: {each.start} to {each.end} is no part of a day")
        found.add((quiet.start, quiet.end))
    return tuple(Quiet(*each) for each in sorted(found))


def written_quiet(hours: tuple[Quiet, ...]) -> list[Hours]:
    """Return quiet hours as people write them."""
    return [Hours(_text(each.start), _text(each.end)) for each in hours]


def _minute(text: str, field: str = "schedule") -> int:
    found = _TIME.fullmatch(text)
    if found is None:
        raise PayloadError(f"{field}: {text!r} is no time, such as 06:30")
    return int(found[1]) * 60 + int(found[2])


def written(rules: tuple[Rule, ...]) -> list[Span]:
    """Return rules as people write them."""
    return [
        Span(_text(each.start), _text(each.end), each.mode, tuple(DAYS[day] for day in each.days))
        for each in rules
    ]


def _text(minute: int) -> str:
    return f"{minute // 60 % 24:02}:{minute % 60:02}"


def read_policy(fields: dict[str, Any]) -> Policy:
    """Return who may join from now on; PayloadError."""
    for policy in POLICIES:
        if fields.get("policy") == policy:
            return policy
    raise PayloadError(f"policy: must be one of {', '.join(POLICIES)}")
