"""A picture made ready for a screen: all that is published of it."""

from dataclasses import dataclass
from pathlib import Path

from media.bitmap.frame import Frame
from media.bitmap.ink import Method, to_inks
from media.bitmap.pack import FORMATS, pack
from media.bitmap.picture import Fit, open_picture
from media.bitmap.preview import preview
from media.bitmap.screen import Screen


@dataclass(frozen=True)
class Prepared:
    """A picture for one screen, a few kilobytes: `frame` for the display, `preview` for people."""

    frame: Frame
    preview: bytes


def prepare(
    source: Path | bytes, screen: Screen, fit: Fit = "contain", method: Method = "auto"
) -> Prepared:
    """Make a file, or its bytes, ready for a screen; PictureError when it cannot be shown."""
    image = open_picture(source, screen.width, screen.height, fit)
    inks = to_inks(image, screen, method)
    return Prepared(pack(inks, FORMATS[screen.format]), preview(inks, screen))
