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

from PIL import (
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from media.bitmap.heif import HEIF, MISSING, is_heif, is_installed
from media.bitmap.scaling import UPRIGHT, Fit, reduced, resized

SENT_FORMATS = tuple(
    plugin.format
    for plugin in (
        PngImagePlugin.PngImageFile,
        JpegImagePlugin.JpegImageFile,
        GifImagePlugin.GifImageFile,
        WebPImagePlugin.WebPImageFile,
    )
)
"""What may be sent to a display. Were one not imported, Pillow would import all it has, 5 MB."""
FILE_FORMATS = (*SENT_FORMATS, BmpImagePlugin.BmpImageFile.format)
"""What may be in a folder. HEIC is too, where pillow-heif is installed."""

MOST_BYTES = 100_000_000
"""What decoding one picture may take: a PNG of 25 megapixels, on a machine with 512 MB."""

_PIXEL_BYTES = {"1": 1, "L": 1, "P": 1, "I;16": 2}  # all other modes: 4
_ONE_COMPONENT = b"\x00\x08\x01"  # how the header of a JPEG's scan begins that holds one colour
_JPEG_FACTORS = (8, 4, 2, 1)  # by which its decoder makes it smaller
_ORIENTATION = 0x0112
_ON_ITS_SIDE = 5  # from this orientation on, width and height are exchanged

# What Pillow raises for files that are broken, each seen with files that were broken at random
BROKEN = (
    OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, OverflowError,
    AttributeError, MemoryError, struct.error, zlib.error, Image.DecompressionBombError,
)  # fmt: skip

# The limit above is the lower one, and its message tells what to do
Image.MAX_IMAGE_PIXELS = None
# Phones and cameras put more pictures behind the first (MPO): a depth, a preview. For these
# Pillow would take another class, which begins anew, and whose place in the file tells nothing
Image.register_open(
    JpegImagePlugin.JpegImageFile.format,
    JpegImagePlugin.JpegImageFile,
    lambda head: head.startswith(b"\xff\xd8\xff"),
)

TOO_MUCH = "takes too much memory"

_one_at_a_time = threading.Lock()


class PictureError(Exception):
    """A picture that cannot be shown; the message says why."""


class NoHeifError(PictureError):
    """A picture that needs what is not installed here."""

    def __init__(self) -> None:
        super().__init__(MISSING)


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
            with Image.open(file, formats=_formats(source)) as image:
                return _fitted(image, width, height, fit)
        except BROKEN as error:
            raise PictureError(reason(error)) from None


def _formats(source: Path | bytes) -> tuple[str, ...]:
    """Return what a picture may be; NoHeifError, OSError."""
    if isinstance(source, bytes):
        return SENT_FORMATS
    if not is_heif(source):
        return FILE_FORMATS
    if not is_installed():
        raise NoHeifError
    from pillow_heif import register_heif_opener  # type: ignore[import-not-found,unused-ignore]

    register_heif_opener()
    return (HEIF,)


def reason(error: BaseException) -> str:
    """Return what is wrong with a picture, by what was raised when it was opened."""
    if isinstance(error, UnidentifiedImageError):
        return "is no PNG, JPEG, GIF or WebP"
    if isinstance(error, MemoryError):
        return TOO_MUCH
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
    enough = _enough(image, scale)
    image.draft("RGB" if image.mode == "RGB" else None, enough)
    _check_memory(image, whole)
    small = reduced(image, max(1, min(image.width // enough[0], image.height // enough[1])))
    result = resized(small, *wanted, fit, orientation)
    if orientation in UPRIGHT:
        result = result.transpose(UPRIGHT[orientation])
    return result


def _enough(image: ImageFile.ImageFile, scale: float) -> tuple[int, int]:
    """Return the size at which a picture is decoded at least.

    That is twice the size of its part that is wanted, so that the last step can be a good one; of
    a JPEG that would take too much memory so it is that size itself.
    """
    for times in (2, 1):
        enough = tuple(math.ceil(times * scale * side) for side in image.size)
        if not isinstance(image, JpegImagePlugin.JpegImageFile):
            break
        most = min(old // new for old, new in zip(image.size, enough, strict=True))
        factor = next(each for each in _JPEG_FACTORS if each <= max(1, most))
        whole = image.width * image.height
        if _needed_bytes(image, whole // factor**2, whole) <= MOST_BYTES:
            break
    return enough[0], enough[1]


def _needed_bytes(image: ImageFile.ImageFile, pixels: int, whole: int) -> int:
    """Return what decoding takes; `whole` are the pixels of the file, `pixels` those decoded."""
    if isinstance(image, JpegImagePlugin.JpegImageFile):
        return 4 * pixels + _coefficient_bytes(image, whole)
    by_format = {
        "WEBP": 12,  # two canvases of its decoder, and the copy of one
        "GIF": 2,  # the frame, and the picture that it is put on
        HEIF: 8,  # of its decoder, of what comes out of that, and our copy
    }
    return pixels * by_format.get(image.format or "", _PIXEL_BYTES.get(image.mode, 4))


def _check_memory(image: ImageFile.ImageFile, whole: int) -> None:
    """Raise PictureError when decoding would take more than MOST_BYTES."""
    needed = _needed_bytes(image, image.width * image.height, whole)
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
