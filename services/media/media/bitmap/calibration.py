"""The calibration page: what an owner looks at, or takes a photo of, to measure a display.

It shows each ink flat and large with the colour that the hub believes it to have, shades and
hues as dots, lines of one pixel and letters of all sizes, in a frame of one pixel that tells
whether anything is cut off. The inks as they look are told to `screen.calibrated`.
"""

import colorsys

from PIL import Image, ImageDraw, ImageFont

from media.bitmap.frame import ColourFrame, IndexFrame
from media.bitmap.ink import Box, to_frame
from media.bitmap.screen import Colour, Ink, Screen
from media.bitmap.tone import brightness, from_light

_SENTENCE = "The quick brown fox jumps over the lazy dog 0123456789"
_TEXT_SIZES = (9, 10, 11, 12, 13, 14, 16, 20, 26, 34, 44, 58)
_SMALLEST_TEXT = 9
_BLACK, _WHITE = (0, 0, 0), (255, 255, 255)
_PRIMARIES = tuple(
    Ink(name, rgb)
    for name, rgb in (
        ("black", _BLACK), ("white", _WHITE), ("red", (255, 0, 0)), ("yellow", (255, 255, 0)),
        ("green", (0, 255, 0)), ("cyan", (0, 255, 255)), ("blue", (0, 0, 255)),
        ("magenta", (255, 0, 255)),
    )
)  # fmt: skip
"""What stands on the page of a screen that shows any colour."""


def calibration(screen: Screen) -> IndexFrame | ColourFrame:
    """Return the page as the screen's frame."""
    page = _Page(screen)
    return to_frame(page.image, screen, "threshold", page.photos)


class _Page:
    """The page drawn upright, in the colours that mean inks; `photos` are to become dots."""

    def __init__(self, screen: Screen) -> None:
        self._width, self._height = screen.size
        self._inks = screen.inks or _PRIMARIES
        self._coloured = screen.coloured or not screen.inks
        self._gap = max(1, min(screen.size) // 60)
        self.image = Image.new("RGB", screen.size, _WHITE)
        self.photos: list[Box] = []
        self._draw = ImageDraw.Draw(self.image)
        self._draw.fontmode = "1"
        self._draw.rectangle((0, 0, self._width - 1, self._height - 1), outline=_BLACK)
        top = self._patches(2 * self._gap, self._height * 3 // 10)
        top = self._ramps(top, self._height // (12 if self._coloured else 10))
        top = self._lines(top, self._height // 12)
        self._letters(top)

    def _patches(self, top: int, height: int) -> int:
        """Draw each ink with its name; return where the next part begins."""
        rows = 2 if len(self._inks) > 8 else 1
        columns = -(-len(self._inks) // rows)
        tall = height // rows
        for number, ink in enumerate(self._inks):
            row, column = divmod(number, columns)
            left, right = self._part(column, columns)
            upper = top + row * tall
            box = (left, upper, right - 1, upper + tall - 1)
            self._draw.rectangle(box, ink.page_rgb, _BLACK)
            name, code = ink.name, "#" + bytes(ink.rgb).hex()
            if not self._label(box, [name, code], self._legible_on(ink)):
                self._label(box, [name], self._legible_on(ink))
        return top + rows * tall + self._gap

    def _label(self, box: Box, texts: list[str], colour: Colour) -> bool:
        """Write lines into a box, as large as they fit; False where they would be too small."""
        size = min(20, max(_SMALLEST_TEXT, self._height // 34))
        while any(_text_width(text, size) > box[2] - box[0] - 4 for text in texts):
            size -= 1
            if size < _SMALLEST_TEXT:
                return False
        for line, text in enumerate(texts):
            place = (box[0] + 3, box[1] + 2 + line * (size + 2))
            if place[1] + size <= box[3]:
                self._draw.text(place, text, colour, _font(size))
        return True

    def _legible_on(self, ink: Ink) -> Colour:
        """Return which of black and white has the larger contrast, by the inks as they look."""
        lights = [brightness(each) + 0.05 for each in self._inks]
        own = brightness(ink) + 0.05
        return _WHITE if max(lights) / own > own / min(lights) else _BLACK

    def _ramps(self, top: int, height: int) -> int:
        """Draw shades, even in light and even in bytes, and hues where there are colours."""
        left, right = self._part(0, 1)
        width = right - left
        even = [from_light(at / max(1, width - 1)) for at in range(width)]
        bytes_ = [255 * at // max(1, width - 1) for at in range(width)]
        strips = [Image.new("L", (width, 1)), Image.new("L", (width, 1))]
        for strip, shades in zip(strips, (even, bytes_), strict=True):
            strip.putdata(shades)
        for strip in strips:
            top = self._photo(strip.resize((width, height)), left, top)
        if self._coloured:
            top = self._photo(_hues(width, 2 * height), left, top)
        return top + self._gap

    def _photo(self, image: Image.Image, left: int, top: int) -> int:
        self.image.paste(image, (left, top))
        self.photos.append((left, top, left + image.width, top + image.height))
        return top + image.height

    def _lines(self, top: int, height: int) -> int:
        """Draw lines of one pixel and of two, each way, and a board of single pixels."""
        patterns = [(*ways, size) for size in (1, 2) for ways in ((1, 0), (0, 1), (1, 1))]
        for number, (across, down, size) in enumerate(patterns):
            left, right = self._part(number, len(patterns))
            for y in range(height):
                for x in range(right - left):
                    if (across * (x // size) + down * (y // size)) % 2:
                        self.image.putpixel((left + x, top + y), _BLACK)
        return top + height + self._gap

    def _letters(self, top: int) -> None:
        """Write a line of each size that there is room for, each in another ink."""
        inks = [ink for ink in self._inks if ink.page_rgb != _WHITE]
        left, right = self._part(0, 1)
        bottom = self._height - 2 * self._gap
        for number, size in enumerate(_TEXT_SIZES):
            if top + size > bottom:
                return
            ink = inks[number % len(inks)] if self._coloured else inks[0]
            text = f"{size} {_SENTENCE}"
            while _text_width(text, size) > right - left:
                text = text[:-1]
            self._draw.text((left, top), text, ink.page_rgb, _font(size))
            top += size * 5 // 4 + 1

    def _part(self, number: int, count: int) -> tuple[int, int]:
        """Return left and right of one of `count` parts side by side, within the margins."""
        margin = 2 * self._gap
        whole = self._width - 2 * margin + self._gap
        left = margin + number * whole // count
        return left, margin + (number + 1) * whole // count - self._gap


def _hues(width: int, height: int) -> Image.Image:
    """Return all hues from the left to the right, from white above to black below."""
    image = Image.new("RGB", (width, 1))
    image.putdata(
        [
            tuple(round(255 * part) for part in colorsys.hsv_to_rgb(at / width, 1, 1))
            for at in range(width)
        ]
    )
    image = image.resize((width, height))
    white = Image.linear_gradient("L").resize((width, height))
    upper = Image.composite(image, Image.new("RGB", image.size, _WHITE), white.point(_doubled(0)))
    return Image.composite(Image.new("RGB", image.size), upper, white.point(_doubled(255)))


def _doubled(start: int) -> list[int]:
    """Return a table that does in one half of the bytes what they do in all."""
    return [min(255, max(0, 2 * byte - start)) for byte in range(256)]


def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont)  # noqa: S101 - Pillow's wheels have FreeType
    return font


def _text_width(text: str, size: int) -> float:
    return _font(size).getlength(text, mode="1")  # in whole pixels a letter is wider
