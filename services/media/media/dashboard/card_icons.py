"""Icons of the weather for cards, drawn larger and made small, so that curves come out even."""

import math
from collections.abc import Callable
from functools import lru_cache

from PIL import Image, ImageDraw

_FINE = 4
_SIDE = 32  # units of a drawing
_WHITE, _BLACK = 255, 0


@lru_cache(maxsize=64)
def icon(name: str, size: int, *, night: bool = False) -> Image.Image:
    """Return an icon as a mask of mode 1, set where there is ink."""
    pen = _Pen(size)
    draw = _DRAWINGS.get(name, _unknown)
    if night and draw in {_clear, _partly_cloudy, _showers}:
        draw = {_clear: _moon, _partly_cloudy: _cloudy_night, _showers: _rain}[draw]
    draw(pen)
    small = pen.image.resize((size, size), Image.Resampling.BOX)
    return small.point([255 if level < 140 else 0 for level in range(256)], "1")


class _Pen:
    """Draws black on white in units of 1/32 of an icon."""

    def __init__(self, size: int) -> None:
        self._unit = size * _FINE / _SIDE
        self.image = Image.new("L", (size * _FINE, size * _FINE), _WHITE)
        self._draw = ImageDraw.Draw(self.image)
        self.width = max(1.6, 1.5 * _SIDE / size)  # a line is a pixel and a half at least

    def disc(self, x: float, y: float, radius: float, tone: int = _BLACK) -> None:
        u = self._unit
        box = ((x - radius) * u, (y - radius) * u, (x + radius) * u, (y + radius) * u)
        self._draw.ellipse(box, tone)

    def line(self, x0: float, y0: float, x1: float, y1: float) -> None:
        u, width = self._unit, max(1, round(self.width * self._unit))
        self._draw.line((x0 * u, y0 * u, x1 * u, y1 * u), _BLACK, width)

    def shape(self, *points: tuple[float, float], tone: int = _BLACK) -> None:
        self._draw.polygon([(x * self._unit, y * self._unit) for x, y in points], tone)


def _sun(pen: _Pen, x: float, y: float, radius: float) -> None:
    for turn in range(8):
        s, c = math.sin(turn * math.pi / 4), math.cos(turn * math.pi / 4)
        near, far = radius + 2.5, radius + 5.5
        pen.line(x + s * near, y + c * near, x + s * far, y + c * far)
    pen.disc(x, y, radius)
    pen.disc(x, y, radius - pen.width, _WHITE)


def _cloud(pen: _Pen, y: float = 0) -> None:
    for grown, tone in ((0.0, _BLACK), (-pen.width, _WHITE)):
        for cx, cy, radius in ((9, 18, 6), (16, 13.5, 8), (23, 18, 6)):
            pen.disc(cx, cy + y, radius + grown, tone)
        low = 24 + y + grown
        pen.shape((9, 16 + y), (23, 16 + y), (23, low), (9, low), tone=tone)


def _drops(pen: _Pen) -> None:
    for x in (10, 16, 22):
        pen.line(x + 1, 24, x - 1.5, 30)


def _clear(pen: _Pen) -> None:
    _sun(pen, 16, 16, 7)


def _moon(pen: _Pen) -> None:
    pen.disc(16, 16, 11)
    pen.disc(21, 12, 9.5, _WHITE)


def _partly_cloudy(pen: _Pen) -> None:
    _sun(pen, 11, 10, 4.5)
    _cloud(pen, 5)


def _cloudy_night(pen: _Pen) -> None:
    pen.disc(9, 9, 7)
    pen.disc(12, 6.5, 6, _WHITE)
    _cloud(pen, 5)


def _cloudy(pen: _Pen) -> None:
    _cloud(pen, 2)


def _fog(pen: _Pen) -> None:
    _cloud(pen, -4)
    for y in (23, 26.5, 30):
        pen.line(5, y, 27, y)


def _rain(pen: _Pen) -> None:
    _cloud(pen, -4)
    _drops(pen)


def _showers(pen: _Pen) -> None:
    _sun(pen, 10, 8, 4)
    _cloud(pen, -2)
    _drops(pen)


def _drizzle(pen: _Pen) -> None:
    _cloud(pen, -4)
    for x, y in ((10, 24), (16, 24), (22, 24), (13, 29), (19, 29)):
        pen.disc(x, y, pen.width / 1.4)


def _snow(pen: _Pen) -> None:
    _cloud(pen, -4)
    for x, y in ((9, 26), (16, 28), (23, 26)):
        for turn in range(3):
            s, c = 2.8 * math.sin(turn * math.pi / 3), 2.8 * math.cos(turn * math.pi / 3)
            pen.line(x - s, y - c, x + s, y + c)


def _thunderstorm(pen: _Pen) -> None:
    _cloud(pen, -4)
    pen.shape((17, 17), (12, 25), (15.5, 25), (13.5, 31), (21, 22.5), (17, 22.5), (20, 17))


def _hail(pen: _Pen) -> None:
    _cloud(pen, -4)
    for x, y in ((9, 25), (16, 25), (23, 25), (12.5, 30), (19.5, 30)):
        pen.disc(x, y, 2.1)


def _wind(pen: _Pen) -> None:
    for y, right in ((10, 24), (16, 28), (22, 20)):
        pen.line(4, y, right, y)
        pen.line(right, y, right + 1.5, y - 3)


def _dust(pen: _Pen) -> None:
    for row in range(3):
        for place in range(4):
            pen.disc(6 + 7 * place - 2 * (row % 2), 9 + 7 * row, pen.width / 1.5)


def _bell(pen: _Pen) -> None:
    pen.disc(16, 13, 8)
    pen.shape((8, 13), (24, 13), (27, 25), (5, 25))
    pen.disc(16, 28, 3)


def _unknown(pen: _Pen) -> None:
    pen.disc(16, 12, 7)
    pen.disc(16, 12, 7 - pen.width, _WHITE)
    pen.shape((8, 13), (14, 13), (14, 21), (8, 21), tone=_WHITE)
    pen.line(16, 18, 16, 22)
    pen.disc(16, 27, 1.8)


_DRAWINGS: dict[str, Callable[[_Pen], None]] = {
    "clear": _clear, "partly_cloudy": _partly_cloudy, "cloudy": _cloudy, "fog": _fog,
    "drizzle": _drizzle, "rain": _rain, "showers": _showers, "freezing_rain": _rain,
    "sleet": _snow, "snow": _snow, "thunderstorm": _thunderstorm, "hail": _hail, "wind": _wind,
    "dust": _dust, "bell": _bell,
}  # fmt: skip
