"""What the header of a picture tells, without decoding it."""

import io
import warnings
from pathlib import Path

from PIL import Image

from media.bitmap.heif import heif_size, is_heif, is_installed
from media.bitmap.picture import (
    BROKEN,
    FILE_FORMATS,
    SENT_FORMATS,
    NoHeifError,
    PictureError,
    reason,
)

_ORIENTATION = 0x0112
_ON_ITS_SIDE = range(5, 9)
_SMALL_PIXELS = 2_000_000
"""8 MB at most when it is decoded: the picture of a screen of 1600 x 1200 is as large."""
_MOST_HEADER_BYTES = 24_000_000
"""What is read of a file: of a WebP, which Pillow reads whole, one that is as large as it may be.
Of others it is a few kilobytes, or some megabytes where a phone has put a depth before the picture.
"""


class _Head(io.FileIO):
    """A file of which no more than the header is read; ValueError when that has no end.

    All that stands before the picture is kept by Pillow, and that may be the whole of a huge file.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._left = _MOST_HEADER_BYTES

    def read(self, size: int | None = -1) -> bytes:
        """Return so many bytes, or all."""
        most = self._left + 1
        data = super().read(most if size is None or size < 0 else min(size, most)) or b""
        self._left -= len(data)
        if self._left < 0:
            raise ValueError("its header has no end")
        return data


def picture_size(source: Path | bytes) -> tuple[int, int]:
    """Return width and height in pixels as the picture is seen; PictureError when it is none.

    NoHeifError when it cannot be opened for want of pillow-heif.
    """
    with warnings.catch_warnings():  # of odd metadata
        warnings.simplefilter("ignore")
        try:
            if isinstance(source, Path) and is_heif(source):
                if not is_installed():
                    raise NoHeifError
                return heif_size(source)
            formats = SENT_FORMATS if isinstance(source, bytes) else FILE_FORMATS
            with (
                io.BytesIO(source) if isinstance(source, bytes) else _Head(source) as file,
                Image.open(file, formats=formats) as image,
            ):
                # Of a PNG the EXIF may stand behind the pixels, which would all be decoded
                turned = image.format == "JPEG" and (
                    image.getexif().get(_ORIENTATION) in _ON_ITS_SIDE
                )
                return (image.height, image.width) if turned else image.size
        except BROKEN as error:
            raise PictureError(reason(error)) from None


def is_small(source: Path | bytes) -> bool:
    """Tell whether a picture is opened with little memory; of one that is broken that is so."""
    try:
        if isinstance(source, Path) and is_heif(source):
            return False  # its libraries alone are large
        width, height = picture_size(source)
    except (PictureError, OSError):
        return True
    return width * height <= _SMALL_PIXELS
