"""Shows a frame to people: a PNG of what the screen shows, upright."""

import io
from collections.abc import Iterator

from PIL import Image

from media.bitmap.frame import ColourFrame, IndexFrame
from media.bitmap.screen import Screen
from media.bitmap.tone import from_light, light

MOST_PIXELS = 480
"""How wide and how high a preview is at most."""
MOST_BYTES = 64_000
"""Its length at most."""

_UPRIGHT = {
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}


def preview(frame: IndexFrame | ColourFrame, screen: Screen) -> bytes:
    """Return what the screen shows as PNG, smaller where it would exceed a limit."""
    image, size = shown(frame, screen), MOST_PIXELS
    while True:
        small = _smaller(image, screen, size) if max(image.size) > size else image
        for picture in _ever_simpler(small):
            file = io.BytesIO()
            # What is not made of few colours takes five times as long so, and gains nothing
            picture.save(file, "PNG", optimize=picture.mode == "P")
            if file.tell() <= MOST_BYTES:
                return file.getvalue()
        size = size * 3 // 4


def _ever_simpler(image: Image.Image) -> Iterator[Image.Image]:
    """Yield the picture, then with fewer colours: a photo is better so than smaller."""
    yield image
    if image.mode != "P":
        for colours in (64, 32):
            yield image.quantize(colours, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)


def shown(frame: IndexFrame | ColourFrame, screen: Screen) -> Image.Image:
    """Return `frame` upright in the screen's inks, as they were measured: mode P, or RGB."""
    size = (frame.width, frame.height)
    if isinstance(frame, ColourFrame):
        planes = (frame.red, frame.green, frame.blue)
        image = Image.merge("RGB", [Image.frombytes("L", size, plane) for plane in planes])
    else:
        image = Image.frombytes("P", size, frame.pixels)
        image.putpalette([byte for ink in screen.inks for byte in ink.rgb])
    return image.transpose(_UPRIGHT[screen.turn]) if screen.turn else image


def _smaller(image: Image.Image, screen: Screen, size: int) -> Image.Image:
    """Return the picture `size` pixels wide or high; dots are added up as light, as eyes do."""
    dots = image.mode == "P"
    if dots:
        image = image.copy()
        image.putpalette([round(255 * light(byte)) for ink in screen.inks for byte in ink.rgb])
        grey = all(len(set(ink.rgb)) == 1 for ink in screen.inks)
        image = image.convert("L" if grey else "RGB")
    small = image.copy()
    small.thumbnail((size, size), Image.Resampling.BOX)
    bytes_of_light = [from_light(level / 255) for level in range(256)]
    return small.point(bytes_of_light * len(small.getbands())) if dots else small
