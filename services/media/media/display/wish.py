"""What people want of a display: words and fields that come by topic, and what they mean. Pure."""

import re
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from media.bitmap.profiles import PROFILES
from media.bitmap.screen import Colour
from media.display.display import BUILT_IN, Display
from media.display.quiet import Quiet
from media.display.roster import POLICIES, Policy
from media.display.schedule import DAY_MINUTES, EVERY_DAY, Mode, Rule
from media.display.screens import check_calibration, screen_of
from shared.errors import PayloadError
from shared.payloads import Weekday

DAYS: tuple[Weekday, ...] = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_MOST_WORD = 40
_BEGINNINGS = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF")
Seconds = Annotated[float, Meta(gt=0, le=31_622_400)]


class Push(Struct, frozen=True):
    """A picture to show: the bytes of its file, until the next alarm or for a while."""

    picture: bytes
    for_seconds: Seconds | None = None


class Wish(Struct, frozen=True):
    """What is sent to a display's `set`: a mode, for a while or until it is taken back.

    `auto` is the schedule, `next` the next picture, `hold` what is shown now until the schedule
    changes the mode, `identify` its name for a minute from when it wakes.
    """

    mode: Mode | Literal["auto", "next", "hold", "identify"]
    for_seconds: Seconds | None = None


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

    timezone: str | msgspec.UnsetType = msgspec.UNSET
    default_mode: Mode | msgspec.UnsetType = msgspec.UNSET
    schedule: tuple[Span, ...] | msgspec.UnsetType = msgspec.UNSET
    quiet: Annotated[tuple[Hours, ...], Meta(max_length=8)] | msgspec.UnsetType = msgspec.UNSET
    profile: str | msgspec.UnsetType = msgspec.UNSET
    theme: str | msgspec.UnsetType = msgspec.UNSET
    """Whether there is such a theme is not known here; empty: the one that suits."""
    shows_alarms: bool | msgspec.UnsetType = msgspec.UNSET
    shows_battery: bool | msgspec.UnsetType = msgspec.UNSET
    rotation: Literal[0, 90, 180, 270] | msgspec.UnsetType = msgspec.UNSET
    calibration: dict[str, Colour | None] | msgspec.UnsetType | None = msgspec.UNSET
    """The inks that were measured; null takes an ink back, or all of them."""


_PLAIN = (
    "timezone", "default_mode", "profile", "theme", "shows_alarms", "shows_battery", "rotation",
)  # fmt: skip


def read_wish(raw: bytes) -> Wish | Push:
    """Return what a payload wants: a picture, a word, or an object; PayloadError.

    Nothing at all means `auto`: what was pushed goes, and the schedule is back.
    """
    if raw.startswith(_BEGINNINGS):
        return Push(raw)
    text = raw.strip()
    try:
        if text.startswith(b"{"):
            fields = msgspec.json.decode(text)
            if "picture" in fields:
                return msgspec.convert(fields, Push)
            return msgspec.convert(fields, Wish)
        word = text.decode(errors="replace")[:_MOST_WORD]
        return msgspec.convert({"mode": word or "auto"}, Wish)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise PayloadError(f"not understood: {error}") from None


def read_changes(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a display to change, with their values; PayloadError."""
    try:
        changes = msgspec.convert(fields, Changes)
    except msgspec.ValidationError as error:
        raise PayloadError(str(error)) from None
    found: dict[str, Any] = {
        name: value for name in _PLAIN if (value := getattr(changes, name)) is not msgspec.UNSET
    }
    if found.get("timezone"):
        try:
            ZoneInfo(found["timezone"])
        except (KeyError, ValueError, OSError):
            raise PayloadError(f"timezone: no such zone {found['timezone']!r}") from None
    if found.get("profile") and found["profile"] not in PROFILES:
        raise PayloadError(f"profile: {found['profile']!r} is none of {', '.join(PROFILES)}")
    if isinstance(changes.schedule, tuple):
        found["schedule"] = read_schedule(changes.schedule)
    if isinstance(changes.quiet, tuple):
        found["quiet"] = read_quiet(changes.quiet)
    if changes.calibration is not msgspec.UNSET:
        found["calibration"] = changes.calibration
    if not found:
        names = ", ".join(Changes.__struct_fields__)
        raise PayloadError(f"nothing to change is given: one of {names}")
    return found


def changed(display: Display, fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a display as they are to be, from those of `read_changes`.

    PayloadError when its inks cannot be as they were measured, or it is what it is.
    """
    fields = dict(fields)
    if display.id == BUILT_IN:
        for name in ("profile", "shows_alarms"):
            if fields.get(name, getattr(display, name)) != getattr(display, name):
                raise PayloadError(f"{name}: port 8766 shows {BUILT_IN} as it always was")
    if fields.get("profile", display.profile) != display.profile:
        display = replace(display, profile=fields["profile"], calibration={})
        fields.setdefault("calibration", {})
        if display.kind == "topic":
            screen = screen_of(replace(display, rotation=0))
            fields["width"], fields["height"] = screen.size
    if "calibration" in fields:
        measured = {**display.calibration, **(fields["calibration"] or {})}
        if fields["calibration"] is None:
            measured = {}
        fields["calibration"] = {name: rgb for name, rgb in measured.items() if rgb is not None}
        try:
            check_calibration(replace(display, calibration=fields["calibration"]))
        except ValueError as error:
            raise PayloadError(f"calibration: {error}") from None
    return fields


def read_seconds(value: object) -> float | None:
    """Return for how long; None: without an end. PayloadError."""
    try:
        return msgspec.convert(value, Seconds | None, strict=False)
    except msgspec.ValidationError as error:
        raise PayloadError(f"for_seconds: {error}") from None


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
