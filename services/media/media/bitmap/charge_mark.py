"""The mark in a corner of a picture that asks for a charge: a battery that is nearly empty.

It is made of whole pixels of pure inks, so that it is as sharp on a screen of 64 rows as on one of
1600, and stands in a field of its own, so that it is seen on any picture.
"""

from typing import TypeVar

from PIL import Image

from media.bitmap.screen import Screen

_UNIT_SHARE = 200
"""A unit is a pixel for each so many pixels of the screen's shorter side."""
_WIDTH, _HEIGHT = 20, 12
"""Of the field, in units, and of what is in it: boxes of field, ink and bar, one on the other."""
_CASE = ((2, 2, 16, 10), (16, 4, 18, 8))
_INSIDE = (3, 3, 15, 9)
_BAR = (4, 4, 6, 8)

Ink = TypeVar("Ink", int, tuple[int, int, int])


def inks(screen: Screen) -> tuple[int, int, int]:
    """Return which inks of a screen are its darkest and its lightest, and that of the bar."""
    rgb = [sum(ink.page_rgb) for ink in screen.inks]
    dark = rgb.index(min(rgb))
    names = [ink.name for ink in screen.inks]
    return dark, rgb.index(max(rgb)), names.index("red") if "red" in names else dark


def stamp(image: Image.Image, dark: Ink, light: Ink, bar: Ink) -> None:
    """Draw the mark into the lower right corner of an upright picture, in these colours or inks."""
    unit = max(1, min(image.size) // _UNIT_SHARE)
    left, top = image.width - _WIDTH * unit, image.height - _HEIGHT * unit

    def fill(box: tuple[int, int, int, int], ink: Ink) -> None:
        x0, y0, x1, y1 = (each * unit for each in box)
        image.paste(ink, (left + x0, top + y0, left + x1, top + y1))

    fill((0, 0, _WIDTH, _HEIGHT), light)
    for box in _CASE:
        fill(box, dark)
    fill(_INSIDE, light)
    fill(_BAR, bar)
