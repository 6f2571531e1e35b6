"""What a display shows that has just joined, or is to be found: who it is."""

import io
from collections.abc import Callable, Sequence

from PIL import Image, ImageDraw, ImageFont

_LARGEST, _SMALLEST = 96, 10
"""Letters of fewer pixels are not legible."""
_MARGIN = 0.06
_LEADING = 1.3
_TITLE = 0.3
"""How much of the height the title may take."""
_MEASURED = 64
_SOME = 0.98
"""Of the room is counted on: letters of other sizes are not exactly in proportion."""

Row = tuple[str, str]
"""What it is, and what is told of it; the first goes where there is no room for both."""


def splash(title: str, rows: Sequence[Row], width: int, height: int) -> bytes:
    """Return a PNG of this size with a title and some rows below it, as large as they fit.

    Where not all fit in letters that can be read, the last ones are left out.
    """
    image = Image.new("L", (width, height), 255)
    draw = ImageDraw.Draw(image)
    draw.fontmode = "1"  # letters of one ink, drawn as such, are the sharpest
    for y, size, text in laid_out(title, rows, width, height):
        draw.text((round(width * _MARGIN), y), text, 0, ImageFont.load_default(size))
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def laid_out(
    title: str, rows: Sequence[Row], width: int, height: int
) -> list[tuple[int, int, str]]:
    """Return the lines of a splash, each with its place from the top and its size, in pixels."""
    room, left = width * (1 - 2 * _MARGIN) * _SOME, height * (1 - 2 * _MARGIN)
    title, rows = _plain(title), [(_plain(name), _plain(value)) for name, value in rows]
    font = ImageFont.load_default(_MEASURED)

    def length(text: str) -> float:  # in letters of size 1
        return font.getlength(text) / _MEASURED

    large = int(min(room / max(length(title), 0.1), left * _TITLE))
    large = max(large, _SMALLEST)
    y = height * _MARGIN
    lines = [(round(y), large, _fitting((title,), room / large, length))]
    y += large * _LEADING
    left -= large * _LEADING
    rows = rows[: max(0, int(left / (_SMALLEST * _LEADING)))]
    if not rows:
        return lines
    texts = [_joined(row) for row in rows]
    longest = max(map(length, texts))
    size = int(min(room / max(longest, 0.1), left / (len(rows) * _LEADING), _LARGEST, large))
    if size < _SMALLEST:
        size = _SMALLEST
        # Who reads an address knows what is before it
        texts = [
            _fitting((_joined(row), row[1], row[1].rpartition("://")[2]), room / size, length)
            for row in rows
        ]
    for text in texts:
        lines.append((round(y), size, text))
        y += size * _LEADING
    return lines


def _joined(row: Row) -> str:
    return "  ".join(row)  # small letters of one ink leave little of a single blank


def _fitting(texts: Sequence[str], room: float, length: Callable[[str], float]) -> str:
    """Return the first text that is not too long, else the last with its middle left out."""
    for text in texts:
        if length(text) <= room:
            return text
    text = texts[-1]
    for left in range(len(text) - 1, 1, -1):
        short = f"{text[: (left + 1) // 2]}...{text[len(text) - left // 2 :]}"
        if length(short) <= room:
            return short
    return text[:1]


def _plain(text: str) -> str:
    """Return what Pillow can measure: what a device calls itself may hold anything."""
    return "".join(each if each.isprintable() else "?" for each in text)
