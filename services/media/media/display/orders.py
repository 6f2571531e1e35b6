"""Requests that are more than a change: a display that is new, a picture that is to be shown."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from media.bitmap.profiles import PROFILES
from media.display.display import Display, topic_display
from media.display.wish import Seconds, changed, read_changes
from media.showing import Showing
from shared.errors import PayloadError
from shared.topic import ID, RESERVED_IDS

MOST_BYTES = 4_000_000
"""Of the file of a picture that is pushed."""


class _Picture(Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be shown: the file of a picture in base64, or a page of our own."""

    picture: Annotated[bytes, Meta(max_length=MOST_BYTES)] | None = None
    page: Literal["calibration"] | None = None
    for_seconds: Seconds | None = None


def added(id_: str, fields: dict[str, Any], now: datetime) -> Display:
    """Return a new display that is told its pictures by topic; PayloadError."""
    if not ID.fullmatch(id_) or id_ in RESERVED_IDS:
        raise PayloadError(
            f"id: {id_!r} cannot be a name: up to 64 of a-z 0-9 _ -, and none of "
            + ", ".join(sorted(RESERVED_IDS))
        )
    if not isinstance(fields.get("profile"), str):
        raise PayloadError(f"profile: is missing; one of {', '.join(PROFILES)}")
    changes = read_changes(fields)
    screen = PROFILES[changes["profile"]]
    display = topic_display(id_, changes["profile"], screen.size, now)
    return replace(display, **changed(display, changes))


def profile_told(name: str) -> dict[str, Any]:
    """Return what is told of a profile."""
    screen = PROFILES[name]
    return {
        "profile": name,
        "width": screen.size[0],
        "height": screen.size[1],
        "format": screen.format,
        "inks": {ink.name: ink.rgb for ink in screen.inks},
    }


async def show(id_: str, fields: dict[str, Any], showing: Showing) -> dict[str, Any]:
    """Show a picture on a display; PayloadError, PictureError, UnknownError."""
    try:
        wanted = msgspec.convert(fields, _Picture)
    except msgspec.ValidationError as error:
        raise PayloadError(str(error)) from None
    if (wanted.picture is None) == (wanted.page is None):
        raise PayloadError("either picture or page is to be given")
    display = showing.registry.get(id_)
    if not display.approved:
        raise PayloadError(f"{id_} waits for its owner's approval")
    if wanted.picture is not None:
        await showing.push(id_, wanted.picture, wanted.for_seconds)
    else:
        await showing.show_calibration(id_, wanted.for_seconds)
    display = showing.registry.get(id_)
    pushed = display.pushed_at(showing.registry.now())
    frame = await showing.pictures.frame(display)
    return {
        "id": id_,
        "asks": display.kind != "topic",
        "rings": showing.rings_on(display),
        "until_at": pushed.until_at if pushed is not None else None,
        "version": frame.version,
        "width": frame.width,
        "height": frame.height,
        "format": frame.format,
    }
