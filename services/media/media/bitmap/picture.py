"""Opens any picture and fits it to a size, with little memory whatever it is.

What a picture would take is known from its header, and one that would take too much is refused
before a pixel is decoded. A large JPEG is decoded at an eighth of its size; of others only a
strip at a time is held a second time.
"""

import io
import math
import struct
import threading
import warnings
import zlib
from pathlib import Path
from typing import Literal

from PIL import (
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

Fit = Literal["cover", "contain", "smart"]

FORMATS = tuple(
    plugin.format
    for plugin in (
        PngImagePlugin.PngImageFile,
        JpegImagePlugin.JpegImageFile,
        GifImagePlugin.GifImageFile,
        WebPImagePlugin.WebPImageFile,
    )
)
"""What can be opened. Were one not imported, Pillow would import all that it has, 5 MB."""

MOST_BYTES = 128_000_000
"""What decoding one picture may take: a PNG of 32 megapixels, on a machine with 512 MB."""

_STRIP_PIXELS = 1 << 16
_LANCZOS_ROWS = 3  # on both sides of each row of a result
_PIXEL_BYTES = {"1": 1, "L": 1, "P": 1, "I;16": 2}  # all other modes: 4
_ONE_COMPONENT = b"\x00\x08\x01"  # how the header of a JPEG's scan begins that holds one colour
_WHITE = (255, 255, 255)
_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ON_ITS_SIDE = 5  # from this orientation on, width and height are exchanged

# What Pillow raises for files that are broken, each seen with files that were broken at random
BROKEN = (
    OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, OverflowError,
    AttributeError, MemoryError, struct.error, zlib.error, Image.DecompressionBombError,
)  # fmt: skip

# The limit above is the lower one, and its message tells what to do
Image.MAX_IMAGE_PIXELS = None

_one_at_a_time = threading.Lock()


class PictureError(Exception):
    """A picture that cannot be shown; the message says why."""


def open_picture(
    source: Path | bytes, width: int, height: int, fit: Fit = "contain"
) -> Image.Image:
    """Return the first frame of a picture, `width` x `height` pixels, mode L or RGB, on white.

    `cover` fills the size and cuts off what stands over, `smart` too, but keeps the part with
    the most to see in it; `contain` shows all, between white bars. PictureError when it cannot be
    read, is none, or would take more than MOST_BYTES.
    Threads take turns: two large pictures at once would take twice the memory.
    """
    # Pillow warns of odd metadata, by lines on stderr that name no picture
    with _one_at_a_time, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            file = io.BytesIO(source) if isinstance(source, bytes) else source
            with Image.open(file, formats=FORMATS) as image:
                return _fitted(image, width, height, fit)
        except BROKEN as error:
            raise PictureError(reason(error)) from None


def reason(error: BaseException) -> str:
    """Return what is wrong with a picture, by what was raised when it was opened."""
    if isinstance(error, UnidentifiedImageError):
        return "is no PNG, JPEG, GIF or WebP"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return f"is broken ({str(error) or type(error).__name__})"


def _fitted(image: ImageFile.ImageFile, width: int, height: int, fit: Fit) -> Image.Image:
    whole = image.width * image.height
    if not isinstance(image, JpegImagePlugin.JpegImageFile):
        _check_memory(image, whole)  # first of all: to find its EXIF a PNG is decoded
    orientation = image.getexif().get(_ORIENTATION, 1)
    wanted = (height, width) if orientation in range(_ON_ITS_SIDE, 9) else (width, height)
    scales = [new / old for new, old in zip(wanted, image.size, strict=True)]
    scale = min(scales) if fit == "contain" else max(scales)
    # Twice as large as needed at least, so that the last step can be a good one
    enough = (math.ceil(2 * scale * image.width), math.ceil(2 * scale * image.height))
    image.draft("RGB" if image.mode == "RGB" else None, enough)
    _check_memory(image, whole)
    small = _reduced(image, max(1, min(image.width // enough[0], image.height // enough[1])))
    if fit == "smart" and orientation in _UPRIGHT:  # where the faces are depends on what is up
        return _resized(small.transpose(_UPRIGHT[orientation]), width, height, fit)
    result = _resized(small, *wanted, fit)
    if orientation in _UPRIGHT:
        result = result.transpose(_UPRIGHT[orientation])
    return result


def _check_memory(image: ImageFile.ImageFile, whole: int) -> None:
    """Raise PictureError when decoding would take more than MOST_BYTES.

    `whole` is the number of pixels in the file; the size of `image` is what is decoded of it.
    """
    pixels = image.width * image.height
    if isinstance(image, JpegImagePlugin.JpegImageFile):
        needed = 4 * pixels + _coefficient_bytes(image, whole)
    elif image.format == "WEBP":
        needed = 12 * pixels  # two canvases of its decoder, and the copy of one
    else:
        needed = pixels * _PIXEL_BYTES.get(image.mode, 4)
    if needed > MOST_BYTES:
        raise PictureError(
            f"is too large: {whole / 1e6:.0f} megapixels of this kind take "
            f"{needed / 1e6:.0f} MB to decode, and {MOST_BYTES / 1e6:.0f} MB is the most; "
            "save it smaller, or as JPEG that is not progressive"
        )


def _coefficient_bytes(image: JpegImagePlugin.JpegImageFile, whole: int) -> int:
    """Return what a JPEG in several scans takes: it is held at full size until the last one."""
    file = image.fp
    assert file is not None  # noqa: S101 - it was opened just now
    place = file.tell()  # behind the header of the first scan
    file.seek(place - len(_ONE_COMPONENT) - 5)
    several = image.layers > 1 and file.read(len(_ONE_COMPONENT)) == _ONE_COMPONENT
    file.seek(place)
    if not (several or "progressive" in image.info):
        return 0
    samples = [across * down for _, across, down, _ in image.layer]
    return 2 * whole * sum(samples) // max(*samples, 1)


def _reduced(image: Image.Image, factor: int) -> Image.Image:
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


def _resized(image: Image.Image, width: int, height: int, fit: Fit) -> Image.Image:
    if fit != "contain":
        scale = max(width / image.width, height / image.height)
        part = (width / scale, height / scale)
        left, top = (max(0, old - new) / 2 for old, new in zip(image.size, part, strict=True))
        if fit == "smart":
            from media.bitmap.saliency import kept_box

            left, top = (max(0.0, each) for each in kept_box(image, *part)[:2])
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
