"""A picture as another file: upright, of a bounded size, without what else its file tells."""

import io
from pathlib import Path
from typing import Literal

from media.bitmap.header import picture_size
from media.bitmap.picture import open_picture

_QUALITY = 90


def copy(source: Path | bytes, most_side: int, form: Literal["JPEG", "PNG"]) -> bytes:
    """Return a picture as a file of which no side is longer; PictureError when it is none.

    The place where a photo was taken, and all else that stands in its EXIF, stays behind.
    """
    width, height = picture_size(source)
    scale = min(1.0, most_side / max(width, height))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    image = open_picture(source, *size)
    file = io.BytesIO()
    image.save(file, form, quality=_QUALITY)
    return file.getvalue()
