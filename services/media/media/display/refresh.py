"""How a screen is to take on its next picture: whole, in parts, or not now. Pure.

Electronic paper keeps a shadow of what it has shown, which only a full refresh takes away; it
flickers for that, the coloured kind for half a minute.
"""

from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from msgspec import Struct

from media.bitmap.screen import Screen

Hint = Literal["full", "partial", "none"]
"""`none`: the screen keeps what it shows, since it shows that already, or since it is too early."""

FULL_EACH = 8
FULL_AFTER = timedelta(days=1)
MOST_CHANGED = 0.4
"""Of all pixels; where more change, a partial refresh leaves a muddle and takes as long."""
COLOUR_PAUSE = timedelta(minutes=15)


class Difference(NamedTuple):
    """`share` of the pixels that are others, 0 to 1; whether the newer has two inks alone."""

    share: float
    two_inks: bool


class Shown(Struct, frozen=True, kw_only=True):
    """The picture that a display has taken last; without `version` it has lost that since."""

    version: str
    hint: Hint
    at: datetime
    full_at: datetime
    partials: int = 0
    """How many partial refreshes there were after the last full one."""
    two_inks: bool = False
    """Whether it is of black and white alone, which leaves little shadow."""


def hint(
    screen: Screen,
    shown: Shown | None,
    version: str,
    difference: Difference | None,
    now: datetime,
    *,
    quiet: bool = False,
) -> Hint:
    """Return how a screen that has taken `shown` takes on another picture.

    `difference` is that of the two; None: not known. The answer for what it has taken already is
    the one that was given then. A coloured screen that has never shown anything may always begin.
    """
    if shown is None:
        return "full"
    if shown.version == version:
        return shown.hint
    if screen.coloured and (quiet or now - shown.at < COLOUR_PAUSE):
        return "none"
    if (
        screen.refresh.partial_seconds is None
        or not shown.version
        or difference is None
        or not (shown.two_inks and difference.two_inks)
        or difference.share > MOST_CHANGED
        or shown.partials + 1 >= FULL_EACH
        or now - shown.full_at >= FULL_AFTER
    ):
        return "full"
    return "partial"


def taken(
    shown: Shown | None, version: str, given: Hint, *, two_inks: bool, now: datetime
) -> Shown | None:
    """Return what a display shows after it was given a picture with this hint."""
    if given == "none" or (shown is not None and shown.version == version):
        return shown
    full = given == "full" or shown is None
    return Shown(
        version=version,
        hint=given,
        at=now,
        full_at=now if full or shown is None else shown.full_at,
        partials=0 if full or shown is None else shown.partials + 1,
        two_inks=two_inks,
    )
