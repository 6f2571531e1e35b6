"""What the four buttons of a display do to it. Pure."""

from datetime import datetime, timedelta, tzinfo
from typing import Literal

from msgspec.structs import replace

from media.display.display import Display

Button = Literal["A", "B", "C", "D"]

LASTS = timedelta(minutes=30)
"""After a press of A or B the schedule returns."""
_HOLDS = timedelta(days=1)  # where the schedule knows one mode only


def pressed(display: Display, button: Button, now: datetime, zone: tzinfo) -> Display:
    """Return the display after a press.

    A: the next picture; B: from photo to dashboard, from anything else to photo; C: what it
    shows now stays until the schedule changes the mode; D: the schedule again.
    """
    mode = display.mode_at(now, zone)
    if button == "A":
        return replace(display, turn=display.turn + 1).overridden("photo", now + LASTS)
    if button == "B":
        return display.overridden("dashboard" if mode == "photo" else "photo", now + LASTS)
    if button == "C":
        until = display.boundary(now, zone) or now + _HOLDS
        pushed = display.pushed_at(now)
        held = display.overridden(mode, until)
        return replace(held, pushed=replace(pushed, until_at=until)) if pushed else held
    return display.returned()
