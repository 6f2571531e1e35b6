"""A display that comes from an older server, with its token, its id and its schedule. Pure.

It goes on as it was: its device knows nothing of the change. What cannot be taken without a loss
is refused in words that say what to do, since that device would stay dark.
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from media.display.display import Display, Override
from media.display.roster import MOST_DISPLAYS, Roster
from media.display.schedule import DEFAULT_MODE, DEFAULT_SCHEDULE, Mode
from media.display.wish import Span, read_schedule
from shared.errors import MantelError, PayloadError
from shared.topic import RESERVED_IDS

_OURS = RESERVED_IDS | {"rlcd"}
_WORD = re.compile(r"[a-z0-9_-]{1,64}")

Pixels = Annotated[int, Meta(gt=0, lt=5000)]


class TakeoverError(MantelError):
    """A display cannot be taken over; the message says why, and what to do."""


class Takeover(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an older server knew of a display, as it is asked for by topic."""

    hardware_id: Annotated[str, Meta(max_length=255)]
    width: Pixels
    height: Pixels
    id: str | None = None
    """Null: it gets one."""
    token_hash: Annotated[str, Meta(pattern="^([0-9a-f]{64})?$")] = ""
    """SHA-256 of its token in hex digits; empty: it gets a token when it joins again."""
    timezone: str = ""
    default_mode: Mode = DEFAULT_MODE
    schedule: tuple[Span, ...] | None = None
    """Null: the usual one; an empty one is the default mode all day."""
    override: Mode | None = None


def read_takeover(fields: dict[str, Any]) -> Takeover:
    """Return what is asked for; PayloadError."""
    try:
        asked = msgspec.convert(fields, Takeover)
    except msgspec.ValidationError as error:
        raise PayloadError(str(error)) from None
    if asked.id is not None and (not _WORD.fullmatch(asked.id) or asked.id in _OURS):
        raise PayloadError(f"id: {asked.id!r} cannot be that of a display")
    if asked.timezone:
        try:
            ZoneInfo(asked.timezone)
        except (KeyError, ValueError, OSError):
            raise PayloadError(f"timezone: no such zone {asked.timezone!r}") from None
    read_schedule(asked.schedule or ())
    return asked


def taken(asked: Takeover, roster: Roster, new_id: Callable[[], str], now: datetime) -> Display:
    """Return the display as it is from now on; TakeoverError.

    One that was taken over before is returned as it is: its owner may have changed it since.
    """
    own = next((each for each in roster if each.hardware_id == asked.hardware_id), None)
    if own is not None and own.approved:
        return _same(asked, own)
    if asked.id is not None and (other := roster.get(asked.id)) is not None and other != own:
        raise TakeoverError(
            f"id {asked.id} is that of another display here ({other.hardware_id!r}): "
            "`mantel display forget` that one first"
        )
    if asked.token_hash and (other := roster.of_token(asked.token_hash)) is not None:
        raise TakeoverError(
            f"its token is that of display {other.id} ({other.hardware_id!r}) already; "
            "of two with one token only one can be known"
        )
    if own is None and len(list(roster)) >= MOST_DISPLAYS:
        raise TakeoverError(f"there are {MOST_DISPLAYS} displays, and no room for more")
    schedule = DEFAULT_SCHEDULE if asked.schedule is None else read_schedule(asked.schedule)
    return replace(
        own or Display(id="", hardware_id=asked.hardware_id, width=1, height=1, made_at=now),
        id=asked.id or (own.id if own else new_id()),
        width=asked.width,
        height=asked.height,
        approved=True,
        token_hash=asked.token_hash,
        timezone=asked.timezone,
        default_mode=asked.default_mode,
        schedule=schedule,
        override=Override(asked.override) if asked.override else None,
    )


def _same(asked: Takeover, own: Display) -> Display:
    """Return a display that is known, if the device can go on with its old token."""
    if asked.token_hash and own.token_hash != asked.token_hash:
        raise TakeoverError(
            f"hardware id {asked.hardware_id!r} has joined here as display {own.id} with another "
            f"token; if its device has only the old one, `mantel display forget {own.id}` first"
        )
    return own
