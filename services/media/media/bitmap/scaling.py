"""Pictures of another size, on white, and cut to another shape; a large one is never held twice."""

import math
from typing import Literal

from PIL import Image

Fit = Literal["cover", "contain", "smart"]

UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What makes a picture stand upright, by its orientation in EXIF."""

_STRIP_PIXELS = 1 << 16
_LANCZOS_ROWS = 3  # on both sides of each row of a result
_SEEN_SIDE = 192  # of the copy in which is looked for what there is to see
_WHITE = (255, 255, 255)
# Of an upright picture, by orientation: whether across is down in the file, and then whether
# left is right there, and whether up is down
_IN_FILE = {
    1: (False, False, False), 2: (False, True, False), 3: (False, True, True),
    4: (False, False, True), 5: (True, False, False), 6: (True, False, True),
    7: (True, True, True), 8: (True, True, False),
}  # fmt: skip


def reduced(image: Image.Image, factor: int) -> Image.Image:
    """Return the picture, each `factor` x `factor` pixels of it on white made one."""
    if factor == 1:
        return image
    rows = max(1, _STRIP_PIXELS // (image.width * factor)) * factor
    result = None
    for top in range(0, image.height, rows):
        box = (0, top, image.width, min(top + rows, image.height))
        strip = _on_white(image.crop(box)).reduce(factor)
        if result is None:
            size = (strip.width, math.ceil(image.height / factor))
            result = Image.new(strip.mode, size)
        result.paste(strip, (0, top // factor))
    assert result is not None  # noqa: S101 - a picture has at least one row
    return result


def _on_white(image: Image.Image) -> Image.Image:
    """Return the picture in mode L or RGB with what is transparent made white."""
    if image.mode.startswith("I;16"):
        # 16 bits; convert would cut them off at 255
        image = image.point(lambda value: value * (1 / 257)).convert("L")
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        clear = image if image.mode == "RGBA" else image.convert("RGBA")
        result = Image.new("RGB", image.size, _WHITE)
        result.paste(clear, mask=clear.getchannel("A"))
        return result
    return image.convert("L" if image.mode in {"1", "L"} else "RGB")


def resized(
    image: Image.Image, width: int, height: int, fit: Fit, orientation: int = 1
) -> Image.Image:
    """Return the picture in a size, cut or with white bars as `fit` says.

    `orientation` is how it is to be turned afterwards: where the faces are depends on what is up.
    """
    if fit != "contain":
        scale = max(width / image.width, height / image.height)
        part = (width / scale, height / scale)
        left, top = (max(0, old - new) / 2 for old, new in zip(image.size, part, strict=True))
        if fit == "smart":
            left, top = _seen(image, part, orientation)
        box = (left, top, min(left + part[0], image.width), min(top + part[1], image.height))
        return _scaled(image, (width, height), box)
    scale = min(width / image.width, height / image.height)
    size = (max(1, round(scale * image.width)), max(1, round(scale * image.height)))
    image = _scaled(image, size, (0, 0, *image.size))
    if size == (width, height):
        return image
    result = Image.new(image.mode, (width, height), "white")
    result.paste(image, ((width - size[0]) // 2, (height - size[1]) // 2))
    return result


def _seen(image: Image.Image, part: tuple[float, float], orientation: int) -> tuple[float, float]:
    """Return left and top of the part of that size in which the most is to be seen."""
    from media.bitmap.saliency import kept_box

    small = reduced(image, max(1, max(image.size) // _SEEN_SIDE))
    if orientation in UPRIGHT:
        small = small.transpose(UPRIGHT[orientation])
    across_is_down, mirrored, upside_down = _IN_FILE.get(orientation, _IN_FILE[1])
    parts = [min(1.0, new / old) for new, old in zip(part, image.size, strict=True)]
    wide, high = reversed(parts) if across_is_down else parts
    box = kept_box(small, wide * small.width, high * small.height)
    left, top, right, bottom = (
        each / small.size[place % 2] for place, each in enumerate(box)
    )  # of one, of the upright picture
    if across_is_down:
        left, top, right, bottom = top, left, bottom, right
    left, top = 1 - right if mirrored else left, 1 - bottom if upside_down else top
    most = [1 - each for each in parts]
    return (
        min(max(0.0, left), most[0]) * image.width,
        min(max(0.0, top), most[1]) * image.height,
    )


def _scaled(
    image: Image.Image, size: tuple[int, int], box: tuple[float, float, float, float]
) -> Image.Image:
    """Return the part `box` of a picture in another size, on white.

    A large one is never held a second time: each strip of the result is made of the rows that
    it depends on, and looks as if it had been made of the whole.
    """
    left, top, right, bottom = box
    step = (bottom - top) / size[1]  # rows for one of the result
    reach = math.ceil(_LANCZOS_ROWS * max(1.0, step)) + 1
    rows = max(1, int(_STRIP_PIXELS * 16 / image.width / step))
    if rows >= size[1]:
        return _on_white(image).resize(size, Image.Resampling.LANCZOS, box)
    result = None
    for begin in range(0, size[1], rows):
        end = min(begin + rows, size[1])
        first, last = top + begin * step, min(bottom, top + end * step)
        upper = max(0, math.floor(first) - reach)
        lower = min(image.height, math.ceil(last) + reach)
        strip = _on_white(image.crop((0, upper, image.width, lower)))
        part = (left, first - upper, right, min(last - upper, strip.height))
        made = strip.resize((size[0], end - begin), Image.Resampling.LANCZOS, part)
        if result is None:
            result = Image.new(made.mode, size)
        result.paste(made, (0, begin))
    assert result is not None  # noqa: S101 - a picture has at least one row
    return result
