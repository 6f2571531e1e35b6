"""Which screen a display has: that of its profile, else one that takes PNG in its own size.

PNG of six colours for the older server's displays, of black and white for TRMNL's.
"""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from msgspec.structs import replace as display_replace

from media.bitmap.frame import Frame
from media.bitmap.pack import FORMATS, pack
from media.bitmap.prepared import Prepared, prepare
from media.bitmap.preview import preview
from media.bitmap.profiles import PROFILES
from media.bitmap.scaling import Fit
from media.bitmap.screen import Colour, Screen, calibrated
from media.display.display import Display

_SIX_COLOURS = PROFILES["eink-1600x1200"]
_OG = PROFILES["trmnl-og"]
_MOST_PIXELS = 6_000_000
"""Some 30 MB while it is made. A display that says it is larger gets its picture smaller."""


def screen_of(display: Display) -> Screen:
    """Return the screen of a display: its profile's, turned, with its inks as they were measured.

    What was measured of inks that it does not have is left out. While its battery is low it is
    one whose pictures ask for a charge.
    """
    measured = tuple(sorted(display.calibration.items()))
    screen = PROFILES.get(display.profile)
    if screen is None:
        own = two_inks if display.kind == "trmnl" else six_colours
        screen = own(display.width, display.height)
    marked = display.shows_battery and bool(display.battery_low)
    return _altered(screen, display.rotation, measured, marked)


@lru_cache(maxsize=256)
def _altered(
    screen: Screen, rotation: int, measured: tuple[tuple[str, Colour], ...], marked: bool
) -> Screen:
    if marked:
        screen = replace(screen, charge_mark=True)
    if rotation:
        turn: Any = (screen.turn + rotation) % 360
        screen = replace(screen, turn=turn)
    if not measured:
        return screen
    names = {ink.name for ink in screen.inks}
    try:
        return calibrated(screen, {name: rgb for name, rgb in measured if name in names})
    except ValueError:
        return screen


def check_calibration(display: Display) -> None:
    """Raise ValueError when the inks of a display cannot be as it says."""
    calibrated(screen_of(display_replace(display, calibration={})), display.calibration)


@lru_cache(maxsize=64)
def two_inks(width: int, height: int) -> Screen:
    """Return a screen of black and white that takes the frame as it stands; a huge one smaller."""
    scale = min(1.0, (_MOST_PIXELS / (width * height)) ** 0.5)
    width, height = max(1, int(width * scale)), max(1, int(height * scale))
    # The limit is that of a device with little memory, which has a small screen too
    small = width * height <= 8 * 80_000
    return replace(_OG, width=width, height=height, most_bytes=_OG.most_bytes if small else None)


@lru_cache(maxsize=64)
def six_colours(width: int, height: int) -> Screen:
    """Return the screen of a display of this size as it stands on its wall.

    It is the older server's: upright ones take the frame turned by 90 degrees, counter-clockwise.
    """
    frame_width, frame_height = frame_size(width, height)
    turn = _SIX_COLOURS.turn if height > width else 0
    return replace(_SIX_COLOURS, width=frame_width, height=frame_height, turn=turn)


def frame_size(width: int, height: int) -> tuple[int, int]:
    """Return width and height of the frame: a display that stands upright takes it turned."""
    longer, shorter = max(width, height), min(width, height)
    scale = min(1.0, (_MOST_PIXELS / (longer * shorter)) ** 0.5)
    return max(1, int(longer * scale)), max(1, int(shorter * scale))


def frame_for(source: Path | bytes, screen: Screen, fit: Fit = "contain") -> Frame:
    """Return a picture packed for a screen; PictureError when it cannot be shown."""
    return prepare(source, screen, fit).frame


def calibration_page(screen: Screen) -> Prepared:
    """Return the page by which an owner measures a display's inks."""
    from media.bitmap.calibration import calibration  # few ever want it

    frame = calibration(screen)
    return Prepared(pack(frame, FORMATS[screen.format]), preview(frame, screen))
