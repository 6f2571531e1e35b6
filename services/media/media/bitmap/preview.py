"""Shows a frame to people: a PNG of what the screen shows."""

import io

from PIL import Image

from media.bitmap.frame import IndexFrame
from media.bitmap.screen import Screen

MOST_PIXELS = 480
"""How wide and how high a preview is at most."""
MOST_BYTES = 64_000
"""Its length at most."""


def preview(frame: IndexFrame, screen: Screen) -> bytes:
    """Return `frame` in the screen's inks as PNG, smaller where it would exceed a limit."""
    image = Image.frombytes("P", (frame.width, frame.height), frame.pixels)
    image.putpalette([byte for ink in screen.inks for byte in ink.rgb])
    shades = "L" if all(len(set(ink.rgb)) == 1 for ink in screen.inks) else "RGB"
    size = MOST_PIXELS
    while True:
        if max(image.size) > size:
            image = image.convert(shades)  # what was dots
            image.thumbnail((size, size), Image.Resampling.BOX)
        file = io.BytesIO()
        image.save(file, "PNG", optimize=True)
        if file.tell() <= MOST_BYTES:
            return file.getvalue()
        size = size * 3 // 4
