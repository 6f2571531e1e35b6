"""What the header of a picture tells, without decoding it."""

import io
import warnings
from pathlib import Path

from PIL import Image

from media.bitmap.picture import BROKEN, FORMATS, PictureError, reason

_ORIENTATION = 0x0112
_ON_ITS_SIDE = range(5, 9)


def picture_size(source: Path | bytes) -> tuple[int, int]:
    """Return width and height in pixels as the picture is seen; PictureError when it is none."""
    with warnings.catch_warnings():  # of odd metadata
        warnings.simplefilter("ignore")
        try:
            file = io.BytesIO(source) if isinstance(source, bytes) else source
            with Image.open(file, formats=FORMATS) as image:
                # Of a PNG the EXIF may stand behind the pixels, which would all be decoded
                turned = image.format == "JPEG" and (
                    image.getexif().get(_ORIENTATION) in _ON_ITS_SIDE
                )
                return (image.height, image.width) if turned else image.size
        except BROKEN as error:
            raise PictureError(reason(error)) from None
