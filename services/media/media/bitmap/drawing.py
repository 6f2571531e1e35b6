"""The pictures of our own, drawn: a clock on a mantelpiece, a bell that rings, a night.

`assets/make_pictures.py` saves them as files that a user may replace; where those are missing
they are drawn anew, so that a display is never without a picture.
"""

import io
import itertools
import math
from collections.abc import Callable, Iterable

from PIL import Image, ImageDraw

SIZE = 200
_FINE = 4  # drawn this many times larger, so that curves come out even

Point = tuple[float, float]
_BLACK, _WHITE = 0, 255


class _Sheet:
    """A white sheet of SIZE x SIZE, in coordinates of the finished picture."""

    def __init__(self) -> None:
        self._image = Image.new("L", (SIZE * _FINE, SIZE * _FINE), _WHITE)
        self._draw = ImageDraw.Draw(self._image)

    def finished(self) -> Image.Image:
        """Return the picture, black and white, in mode L."""
        small = self._image.resize((SIZE, SIZE), Image.Resampling.BOX)
        return small.point([_BLACK] * 128 + [_WHITE] * 128)

    def disc(self, x: float, y: float, radius: float, tone: int = _BLACK) -> None:
        self._draw.ellipse(self._box(x - radius, y - radius, x + radius, y + radius), tone)

    def box(self, left: float, top: float, right: float, bottom: float, tone: int = _BLACK) -> None:
        x0, y0, x1, y1 = self._box(left, top, right, bottom)
        self._draw.rectangle((x0, y0, x1 - 1, y1 - 1), tone)

    def shape(self, points: Iterable[Point], tone: int = _BLACK) -> None:
        self._draw.polygon([(x * _FINE, y * _FINE) for x, y in points], tone)

    def stroke(self, points: list[Point], width: float, tone: int = _BLACK) -> None:
        """Draw a line with round ends and corners."""
        for (x0, y0), (x1, y1) in itertools.pairwise(points):
            ends = (x0 * _FINE, y0 * _FINE, x1 * _FINE, y1 * _FINE)
            self._draw.line(ends, tone, round(width * _FINE))
        for x, y in points:
            self.disc(x, y, width / 2, tone)

    @staticmethod
    def _box(
        left: float, top: float, right: float, bottom: float
    ) -> tuple[float, float, float, float]:
        return left * _FINE, top * _FINE, right * _FINE, bottom * _FINE


def _on_circle(x: float, y: float, radius: float, degrees: float) -> Point:
    """Return the point at `degrees` clockwise from the top."""
    angle = math.radians(degrees)
    return x + radius * math.sin(angle), y - radius * math.cos(angle)


def _arc(x: float, y: float, radius: float, first: float, last: float) -> list[Point]:
    steps = 40
    return [
        _on_circle(x, y, radius, first + (last - first) * step / steps) for step in range(steps + 1)
    ]


def idle() -> Image.Image:
    """Return a mantelpiece over a fire, with a clock, a candle and a picture on it."""
    sheet = _Sheet()
    # the clock: a rounded case with feet
    sheet.shape([*_arc(100, 62, 42, -90, 90), (142, 108), (58, 108)])
    sheet.box(50, 102, 150, 112)
    sheet.disc(100, 64, 33, _WHITE)
    for hour in range(12):
        inner = 24 if hour % 3 == 0 else 27
        ends = [_on_circle(100, 64, radius, hour * 30) for radius in (inner, 29)]
        sheet.stroke(ends, 3 if hour % 3 == 0 else 2)
    sheet.stroke([(100, 64), _on_circle(100, 64, 15, 305)], 4)
    sheet.stroke([(100, 64), _on_circle(100, 64, 22, 60)], 3)
    sheet.disc(100, 64, 4)
    # a candle
    sheet.box(25, 66, 34, 106)
    sheet.shape([(16, 112), (43, 112), (37, 104), (22, 104)])
    sheet.stroke([(29.5, 66), (29.5, 61)], 1.5)
    sheet.shape([(29.5, 38), *_arc(29.5, 54, 6, 80, 280)])
    sheet.shape([(29.5, 48), *_arc(29.5, 55, 2.5, 80, 280)], _WHITE)
    # a picture of mountains
    sheet.box(156, 68, 190, 112)
    sheet.box(160, 72, 186, 108, _WHITE)
    sheet.shape([(160, 108), (160, 100), (169, 86), (175, 95), (179, 90), (186, 101), (186, 108)])
    sheet.disc(179, 80, 3.5)
    # the shelf, the surround and the opening
    sheet.box(4, 112, 196, 123)
    sheet.box(12, 126, 188, 131)
    sheet.box(20, 134, 44, 196)
    sheet.box(156, 134, 180, 196)
    for left in (26, 36, 162, 172):
        sheet.box(left, 140, left + 2, 190, _WHITE)
    sheet.box(44, 134, 156, 140)
    sheet.box(4, 194, 196, 198)
    _fire(sheet)
    return sheet.finished()


def _fire(sheet: _Sheet) -> None:
    sheet.shape(
        [
            (72, 186), (66, 174), (71, 162), (78, 168), (80, 154), (90, 160), (99, 143),
            (108, 158), (115, 150), (121, 166), (129, 160), (133, 174), (127, 186),
        ]
    )  # fmt: skip
    sheet.shape(
        [
            (85, 186), (81, 177), (86, 170), (91, 175), (99, 159), (107, 174), (112, 169),
            (117, 178), (113, 186),
        ],
        _WHITE,
    )  # fmt: skip
    sheet.shape([(92, 186), (91, 180), (99, 171), (107, 180), (105, 186)])
    sheet.stroke([(66, 191), (132, 184)], 5)
    sheet.stroke([(66, 184), (132, 191)], 7, _WHITE)
    sheet.stroke([(66, 184), (132, 191)], 5)


def on_alarm() -> Image.Image:
    """Return a bell that rings, with rays around it."""
    sheet = _Sheet()
    for degrees in (-72, -48, -24, 0, 24, 48, 72):
        near, far = (84, 96) if degrees % 48 == 0 else (80, 93)
        ends = [_on_circle(100, 104, radius, degrees) for radius in (near, far)]
        sheet.stroke(ends, 6)
    for radius in (74, 88):
        for middle in (108, -108):
            sheet.stroke(_arc(100, 104, radius, middle - 13, middle + 13), 5)
    # the clapper first: the bell hides its upper half
    sheet.disc(100, 163, 13)
    sheet.disc(100, 50, 9)
    sheet.disc(100, 50, 3.5, _WHITE)
    left = [(100 - x, y) for x, y in _BELL]
    sheet.shape([*left, *((100 + x, y) for x, y in reversed(_BELL))])
    sheet.stroke([(44, 157), (156, 157)], 5, _WHITE)
    sheet.stroke([(46, 157), (154, 157)], 9)
    sheet.stroke([(52, 149), (148, 149)], 2, _WHITE)
    # light on its side
    sheet.stroke([*_arc(122, 102, 42, -62, -100), (79, 124)], 4, _WHITE)
    return sheet.finished()


_BELL = ((50, 156), (46, 149), (40, 138), (37, 120), (36, 96), (30, 77), (18, 63), (0, 57))
"""Half of its outline: distance from the middle and height, from the rim up."""


def sleep() -> Image.Image:
    """Return a night: moon and stars over hills, and a house in which all sleep."""
    sheet = _Sheet()
    sheet.box(0, 0, SIZE, SIZE)
    sheet.disc(128, 66, 44, _WHITE)
    sheet.disc(109, 55, 40)
    for x, y, size in _STARS:
        _star(sheet, x, y, size)
    for x, y, height in ((64, 84, 18), (82, 66, 13), (95, 51, 9)):
        _letter_z(sheet, x, y, height)
    # hills in snow, and the house
    sheet.shape([*_arc(40, 290, 140, -45, 45), (SIZE, SIZE), (0, SIZE)], _WHITE)
    sheet.shape([*_arc(170, 270, 110, -70, 40), (SIZE, SIZE), (70, SIZE)], _WHITE)
    sheet.box(28, 130, 66, 162, _WHITE)
    sheet.shape([(20, 134), (47, 108), (74, 134)], _WHITE)
    sheet.box(56, 108, 63, 124, _WHITE)
    sheet.box(30, 136, 64, 138)
    sheet.box(34, 142, 44, 151)
    sheet.box(50, 144, 59, 162)
    sheet.box(28, 161, 66, 163)
    for x, y, height in ((118, 193, 16), (142, 190, 22), (168, 192, 26)):
        sheet.shape([(x - height / 2.6, y), (x, y - height), (x + height / 2.6, y)])
        sheet.box(x - 2, y, x + 2, y + 6)
    return sheet.finished()


_STARS = ((20, 22, 8), (52, 40, 5), (92, 18, 6), (182, 24, 8), (186, 108, 5), (16, 76, 5),
          (150, 18, 3), (72, 16, 3), (176, 62, 3))  # fmt: skip


def _star(sheet: _Sheet, x: float, y: float, size: float) -> None:
    sheet.shape(
        [_on_circle(x, y, size if tip % 2 == 0 else size * 0.3, tip * 45) for tip in range(8)],
        _WHITE,
    )


def _letter_z(sheet: _Sheet, x: float, y: float, height: float) -> None:
    width, pen = height * 0.8, max(2.0, height / 7)
    corners = [(x, y), (x + width, y), (x, y + height), (x + width, y + height)]
    sheet.stroke(corners, pen, _WHITE)


DRAWINGS: dict[str, Callable[[], Image.Image]] = {
    "idle": idle,
    "on_alarm": on_alarm,
    "sleep": sleep,
}
"""Each drawing by the name of its file."""


def drawn(name: str) -> bytes:
    """Return a drawing as PNG, black and white; KeyError where there is none of that name."""
    file = io.BytesIO()
    DRAWINGS[name]().convert("1").save(file, "PNG", optimize=True)
    return file.getvalue()
