"""A picture made ready for a screen: all that is published of it."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from media.bitmap.frame import ColourFrame, Frame, IndexFrame
from media.bitmap.ink import Box, Method, to_frame
from media.bitmap.pack import FORMATS, pack
from media.bitmap.picture import open_picture
from media.bitmap.preview import preview
from media.bitmap.scaling import Fit
from media.bitmap.screen import Screen


@dataclass(frozen=True)
class Prepared:
    """A picture for one screen, a few kilobytes: `frame` for the display, `preview` for people."""

    frame: Frame
    preview: bytes
    pixels: bytes = field(default=b"", repr=False)
    """One byte a pixel, compressed, where they were asked for."""

    @property
    def size_bytes(self) -> int:
        """How much memory it takes, about."""
        return len(self.frame.packed) + len(self.preview) + len(self.pixels)


def prepare(
    source: Path | bytes,
    screen: Screen,
    fit: Fit = "contain",
    method: Method = "auto",
    photos: Sequence[Box] = (),
    *,
    keep_pixels: bool = False,
) -> Prepared:
    """Make a file, or its bytes, ready for a screen; PictureError when it cannot be shown.

    `photos` are the parts that are dithered, of the picture as it is when it has the screen's
    size; without any `method` is that of the whole. `keep_pixels` is for who compares pictures.
    """
    image = open_picture(source, *screen.size, fit)
    inks = to_frame(image, screen, method, photos)
    frame = pack(inks, FORMATS[screen.format])
    if screen.most_bytes is not None and len(frame.packed) > screen.most_bytes:
        inks = _of_fewer(to_frame(image, _fewer_inks(screen), method, photos), screen)
        frame = pack(inks, FORMATS[screen.format])
    pixels = zlib.compress(_pixels(inks), 1) if keep_pixels else b""
    return Prepared(frame, preview(inks, screen), pixels)


def _pixels(frame: IndexFrame | ColourFrame) -> bytes:
    """Return one byte a pixel: its ink, else its green, which is most of what an eye sees."""
    return frame.pixels if isinstance(frame, IndexFrame) else frame.green


# A compressed picture of many dots may be more than a device can take. With the square root of
# its greys each pixel is half as many bits, however busy the picture


def _fewer(screen: Screen) -> list[int]:
    count = max(2, round(len(screen.inks) ** 0.5))
    last = len(screen.inks) - 1
    return [last * place // (count - 1) for place in range(count)]


def _fewer_inks(screen: Screen) -> Screen:
    return replace(screen, inks=tuple(screen.inks[number] for number in _fewer(screen)))


def _of_fewer(frame: IndexFrame | ColourFrame, screen: Screen) -> IndexFrame:
    assert isinstance(frame, IndexFrame)  # noqa: S101 - only files of inks are limited
    table = bytes(_fewer(screen)).ljust(256, b"\xff")
    return replace(frame, pixels=frame.pixels.translate(table))
