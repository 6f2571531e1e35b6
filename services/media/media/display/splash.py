"""What a display shows that has just joined: who it is."""

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

_LARGEST, _SMALLEST = 96, 8
_MARGIN = 0.08
_LEADING = 1.5


def splash(lines: Sequence[str], width: int, height: int) -> bytes:
    """Return a PNG of this size with some lines of text, as large as they fit, the first larger."""
    # What a device calls itself may hold anything, and Pillow measures no line breaks
    lines = ["".join(each if each.isprintable() else "?" for each in line) for line in lines]
    image = Image.new("L", (width, height), 255)
    draw = ImageDraw.Draw(image)
    draw.fontmode = "1"  # letters of one ink, drawn as such, are the sharpest
    room = (width * (1 - 2 * _MARGIN), height * (1 - 2 * _MARGIN))
    for size in range(_LARGEST, _SMALLEST - 1, -2):
        fonts = [ImageFont.load_default(size * (2 if line == lines[0] else 1)) for line in lines]
        widths = [draw.textlength(line, font) for line, font in zip(lines, fonts, strict=True)]
        if max(widths) <= room[0] and size * _LEADING * (len(lines) + 1) <= room[1]:
            break
    y = height * _MARGIN
    for line, font in zip(lines, fonts, strict=True):
        draw.text((width * _MARGIN, y), line, 0, font)
        y += size * _LEADING * (2 if line == lines[0] else 1)
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()
