"""Pictures that the tests open."""

import io
from typing import Any

from PIL import Image

SIZE = (200, 200)


def saved(image: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    """Return the picture as a file of that format."""
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def blank(mode: str = "RGB", size: tuple[int, int] = SIZE, colour: Any = "white") -> Image.Image:
    return Image.new(mode, size, colour)


def photo(size: tuple[int, int] = SIZE) -> Image.Image:
    """Return shades of grey from black, above, to white."""
    return Image.linear_gradient("L").resize(size)


def halves(size: tuple[int, int] = SIZE) -> Image.Image:
    """Return a picture that is black on its left half and white on its right one."""
    image = blank("RGB", size)
    image.paste("black", (0, 0, size[0] // 2, size[1]))
    return image
