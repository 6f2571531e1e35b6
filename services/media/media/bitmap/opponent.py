"""Coloured light as brightness and two opponents, in which the nearest ink is looked for. Pure.

Dots of several inks add up in light, so their errors must be spread in light. But the nearest
ink in plain red, green and blue light is a poor choice: the eye sees differences of brightness
finer than those of colour. So light is turned into brightness Y, R - Y and B - Y. That is linear,
it leaves sums of light what they are and changes nothing but which ink is nearest.
"""

from collections.abc import Sequence

from media.bitmap.screen import Ink
from media.bitmap.tone import WEIGHTS, brightness, light

Row = tuple[float, float, float, float]

_RED, _BLUE = 0.8, 0.35
"""How much R - Y and B - Y count beside brightness; measured with several palettes."""

_TOP = 0.98 * 255  # white's brightness, with some room above it
_MIDDLE = 128.0


def panel_light(inks: Sequence[Ink]) -> list[int]:
    """Return three tables of 256: the light that each byte of red, green, blue is to have.

    It is counted in 255ths of that of the lightest ink. Black becomes the screen's black and
    white its white; without that light colours would be lost in white and their errors never end.
    """
    black, white = _ends(inks)
    tables = []
    for darkest, lightest in zip(black, white, strict=True):
        least = darkest / lightest
        tables += [round(255 * (least + (1 - least) * light(byte))) for byte in range(256)]
    return tables


def matrix(inks: Sequence[Ink]) -> tuple[float, ...]:
    """Return twelve numbers, as Pillow's `convert` takes them: from panel light to opponents."""
    _, white = _ends(inks)
    return tuple(
        number
        for row in _rows(inks)
        for number in (*(part * most / 255 for part, most in zip(row, white, strict=False)), row[3])
    )


def palette(inks: Sequence[Ink]) -> list[int]:
    """Return the inks as opponents, three bytes each."""
    return [
        min(255, max(0, round(sum(a * b for a, b in zip(row, (*_lit(ink), 1), strict=True)))))
        for ink in inks
        for row in _rows(inks)
    ]


def _rows(inks: Sequence[Ink]) -> tuple[Row, Row, Row]:
    """Return the matrix from light, 0 to 1, to opponents, 0 to 255."""
    red, green, blue = WEIGHTS
    most = max(map(brightness, inks))
    bright, reds, blues = _TOP / most, 255 * _RED / most, 255 * _BLUE / most
    return (
        (bright * red, bright * green, bright * blue, 0.0),
        (reds * (1 - red), -reds * green, -reds * blue, _MIDDLE),
        (-blues * red, -blues * green, blues * (1 - blue), _MIDDLE),
    )


def _ends(inks: Sequence[Ink]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the light of the darkest ink and of the lightest, by colour."""
    return _lit(min(inks, key=brightness)), _lit(max(inks, key=brightness))


def _lit(ink: Ink) -> tuple[float, ...]:
    return tuple(light(byte) for byte in ink.rgb)
