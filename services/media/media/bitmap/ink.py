"""Turns a picture into the inks of a grey screen: by threshold, or by dots in linear light."""

from typing import Literal

from PIL import Image, ImageFilter

from media.bitmap.frame import IndexFrame
from media.bitmap.screen import Screen
from media.bitmap.tone import WEIGHTS, nearest, screen_levels, screen_light

Method = Literal["auto", "threshold", "dither"]

_DARK, _LIGHT = 48, 207
_MOST_GREY = 0.02


def to_inks(image: Image.Image, screen: Screen, method: Method = "auto") -> IndexFrame:
    """Return the picture (mode L or RGB, of the screen's size) in the screen's inks.

    `threshold` keeps letters and lines clean, `dither` (Floyd-Steinberg) keeps the shades of a
    photo; `auto` dithers what has areas of grey.
    """
    if method == "auto":
        method = "dither" if has_grey_areas(image) else "threshold"
    inks = _dithered(image, screen) if method == "dither" else _thresholded(image, screen)
    return IndexFrame(image.width, image.height, inks.tobytes())


def has_grey_areas(image: Image.Image) -> bool:
    """Tell whether more than 2 % of a picture are grey with nothing but grey around.

    The smooth edge of a letter or a line is grey as well, but it is one pixel wide.
    """
    grey = image.convert("L").point([255 * (_DARK <= byte <= _LIGHT) for byte in range(256)])
    areas = grey.filter(ImageFilter.MinFilter(3))
    return areas.histogram()[255] > _MOST_GREY * image.width * image.height


def _thresholded(image: Image.Image, screen: Screen) -> Image.Image:
    return image.convert("L").point(nearest(screen.inks))


def _dithered(image: Image.Image, screen: Screen) -> Image.Image:
    levels = screen_levels(screen.inks)
    table = screen_light(screen.inks)
    if image.mode == "L":
        lit = image.point(table)
    else:
        # The weights add up to 1, so that it is the same to fit each colour or their sum
        lit = image.point(table * 3).convert("L", (*WEIGHTS, 0))
    palette = Image.new("P", (1, 1))
    palette.putpalette([level for level in levels for _ in range(3)])
    # only of RGB pictures does Pillow look up the colours in a palette
    return lit.convert("RGB").quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)
