"""The picture of a display that takes PNG in six colours, as the older server made it."""

from dataclasses import replace
from pathlib import Path

from media.bitmap.frame import Frame
from media.bitmap.ink import to_frame
from media.bitmap.pack import FORMATS, pack
from media.bitmap.picture import Fit, open_picture
from media.bitmap.profiles import PROFILES

_SCREEN = PROFILES["eink-1600x1200"]
_MOST_PIXELS = 6_000_000
"""Some 30 MB while it is made. A display that says it is larger gets its picture smaller."""


def frame_size(width: int, height: int) -> tuple[int, int]:
    """Return width and height of the frame: a display that stands upright takes it turned."""
    longer, shorter = max(width, height), min(width, height)
    scale = min(1.0, (_MOST_PIXELS / (longer * shorter)) ** 0.5)
    return max(1, int(longer * scale)), max(1, int(shorter * scale))


def in_colours(source: Path | bytes, width: int, height: int, fit: Fit = "contain") -> Frame:
    """Return a picture for a display of this size as it stands on its wall; PictureError.

    Upright ones are turned by 90 degrees, counter-clockwise.
    """
    frame_width, frame_height = frame_size(width, height)
    turn = _SCREEN.turn if height > width else 0
    screen = replace(_SCREEN, width=frame_width, height=frame_height, turn=turn)
    image = open_picture(source, *screen.size, fit)
    return pack(to_frame(image, screen), FORMATS[screen.format])
