"""Turns a picture into the inks of a screen: by threshold, or by dots in linear light."""

import math
from collections.abc import Iterable, Sequence
from typing import Literal

from PIL import Image, ImageChops, ImageFilter

from media.bitmap import charge_mark, flat, opponent
from media.bitmap.frame import ColourFrame, IndexFrame
from media.bitmap.screen import Ink, Screen
from media.bitmap.tone import WEIGHTS, nearest, screen_levels, screen_light

Method = Literal["auto", "threshold", "dither"]

Box = tuple[int, int, int, int]
"""A part of a picture in pixels: left, top, and right and bottom just outside of it."""

_STRAY = 48 / 255  # how far from all inks a shade is no edge any more, of the step between two
_MOST_STRAY = 0.02
_LEAST_CHROMA = 79  # of a flat colour; an edge of a letter becomes black at the same share of it
_MOST_COLOURS = 4096  # of a page, with the edges of its letters; a photo has more
_SAMPLES = 20_000
_TURNS = {
    90: Image.Transpose.ROTATE_90,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_270,
}


def to_frame(
    image: Image.Image, screen: Screen, method: Method = "auto", photos: Iterable[Box] = ()
) -> IndexFrame | ColourFrame:
    """Return an upright picture, mode L or RGB and of the screen's `size`, as its frame."""
    if screen.inks:
        return to_inks(image, screen, method, photos)
    image = image.convert("RGB")
    if screen.charge_mark:
        charge_mark.stamp(image, (0, 0, 0), (255, 255, 255), (198, 40, 40))
    turned = _turned(image, screen)
    return ColourFrame(*turned.size, *(band.tobytes() for band in turned.split()))


def to_inks(
    image: Image.Image, screen: Screen, method: Method = "auto", photos: Iterable[Box] = ()
) -> IndexFrame:
    """Return an upright picture (mode L or RGB, of the screen's `size`) in the screen's inks.

    `threshold` keeps letters and lines clean and makes each flat colour one ink, `dither`
    (Floyd-Steinberg) keeps the shades of a photo; `auto` dithers what has areas of colours that
    no ink has. With `photos` these parts are dithered and all else is not, whatever the method.
    """
    if screen.coloured:
        image = image.convert("RGB")
    if boxes := list(photos):
        inks = _flat(image, screen)
        for box in boxes:
            part = _within(box, image.size)
            if part[0] < part[2] and part[1] < part[3]:
                inks.paste(_dithered(image.crop(part), screen), part)
    elif method == "auto":
        inks = _automatic(image, screen)
    else:
        inks = _flat(image, screen) if method == "threshold" else _dithered(image, screen)
    if screen.charge_mark:
        charge_mark.stamp(inks, *charge_mark.inks(screen))
    turned = _turned(inks, screen)
    return IndexFrame(turned.width, turned.height, turned.tobytes())


def has_grey_areas(image: Image.Image, inks: int = 2) -> bool:
    """Tell whether more than 2 % of a picture are shades between `inks` greys, all around too.

    The smooth edge of a letter or a line is grey as well, but it is one pixel wide.
    """
    step = 255 / (inks - 1)
    strays = [255 * (min(byte % step, step - byte % step) >= _STRAY * step) for byte in range(256)]
    return _has_areas(image.convert("L").point(strays))


def _has_areas(strays: Image.Image) -> bool:
    areas = strays.filter(ImageFilter.MinFilter(3))
    return areas.histogram()[255] > _MOST_STRAY * strays.width * strays.height


def _automatic(image: Image.Image, screen: Screen) -> Image.Image:
    if not screen.coloured:
        grey = has_grey_areas(image, len(screen.inks))
        return _dithered(image, screen) if grey else _flat(image, screen)
    exact = _exact(image, screen.inks)
    inks = _flat_colours(image, screen.inks, exact)
    shown = Image.frombytes("P", image.size, inks.tobytes())
    shown.putpalette([byte for ink in screen.inks for byte in ink.page_rgb])
    red, green, blue = ImageChops.difference(image, shown.convert("RGB")).split()
    strays = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    strays = strays.point([255 * (byte >= 255 * _STRAY) for byte in range(256)])
    if exact is not None:
        strays.paste(0, mask=_mask(exact))
    return _dithered_colours(image, screen.inks, exact) if _has_areas(strays) else inks


def _flat(image: Image.Image, screen: Screen) -> Image.Image:
    """Return the picture's inks without dots."""
    if screen.coloured:
        return _flat_colours(image, screen.inks, _exact(image, screen.inks))
    return image.convert("L").point(nearest(len(screen.inks)))


def _dithered(image: Image.Image, screen: Screen) -> Image.Image:
    """Return the picture's inks as dots."""
    if screen.coloured:
        return _dithered_colours(image, screen.inks, _exact(image, screen.inks))
    table = screen_light(screen.inks)
    if image.mode == "L":
        lit = image.point(table)
    else:
        # The weights add up to 1, so that it is the same to fit each colour or their sum
        lit = image.point(table * 3).convert("L", (*WEIGHTS, 0))
    levels = [level for level in screen_levels(screen.inks) for _ in range(3)]
    # only of RGB pictures does Pillow look up the colours in a palette
    return _diffused(lit.convert("RGB"), levels)


def _dithered_colours(
    image: Image.Image, inks: Sequence[Ink], exact: Image.Image | None
) -> Image.Image:
    lit = image.point(opponent.panel_light(inks)).convert("RGB", opponent.matrix(inks))
    result = _diffused(lit, opponent.palette(inks))
    if exact is not None:
        # Brought between the screen's black and white, a pure ink would get specks of others
        result.paste(exact, mask=_mask(exact))
    return result


def _diffused(image: Image.Image, colours: list[int]) -> Image.Image:
    palette = Image.new("P", (1, 1))
    palette.putpalette(colours)
    dots = image.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)
    # Pasted as it is, it would be turned back into shades
    return Image.frombytes("L", dots.size, dots.tobytes())


def _flat_colours(
    image: Image.Image, inks: Sequence[Ink], exact: Image.Image | None
) -> Image.Image:
    """Return the inks: what has a hue becomes the ink of that hue, all else a grey."""
    greys = [number for number, ink in enumerate(inks) if not ink.coloured]
    result = image.convert("L").point([greys[grey] for grey in nearest(len(greys))])
    hue, saturation, value = image.convert("HSV").split()
    hued = hue.point(flat.hues(inks))
    strong = [255 * (byte >= _LEAST_CHROMA) for byte in range(256)]
    chroma = ImageChops.multiply(saturation, value).point(strong)
    result.paste(hued, mask=ImageChops.darker(chroma, _mask(hued)))
    if exact is not None:
        result.paste(exact, mask=_mask(exact))
    return result


def _exact(image: Image.Image, inks: Sequence[Ink]) -> Image.Image | None:
    """Return the inks of pixels that are of an ink's very colour, else flat.NONE; None: nowhere."""
    counted = image.getcolors(_MOST_COLOURS)
    if counted is None:
        # To count those of a photo takes longer than its dots; areas a few pixels wide are found
        step = max(1, math.isqrt(image.width * image.height // _SAMPLES))
        size = (max(1, image.width // step), max(1, image.height // step))
        sample = image.resize(size, Image.Resampling.NEAREST)
        counted = sample.getcolors(size[0] * size[1]) or []
    often = (colour for _, colour in sorted(counted, reverse=True))
    colours = flat.exact(inks, (colour for colour in often if isinstance(colour, tuple)))
    if not colours:
        return None
    red, green, blue = (band.tobytes() for band in image.split())
    return Image.frombytes("L", image.size, flat.where(colours, (red, green, blue)))


def _mask(inks: Image.Image) -> Image.Image:
    """Return where there is an ink."""
    return inks.point([255 * (byte != flat.NONE) for byte in range(256)])


def _within(box: Box, size: tuple[int, int]) -> Box:
    left, top, right, bottom = box
    return max(0, left), max(0, top), min(right, size[0]), min(bottom, size[1])


def _turned(image: Image.Image, screen: Screen) -> Image.Image:
    return image.transpose(_TURNS[screen.turn]) if screen.turn else image
