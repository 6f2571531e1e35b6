"""Flat colours, of letters, lines and areas: which ink stands for each, without dots. Pure."""

import colorsys
from collections.abc import Iterable, Sequence

from media.bitmap.screen import Colour, Ink

NONE = 255
"""Stands for no ink."""

_REACH, _REACH_OF_ONE = 61 / 360, 52 / 360
"""Hues further from an ink's own than this do not become that ink.

With several coloured inks there is one for each hue, or nearly. With one alone a hue half way to
the next is better told by its brightness: letters on yellow cannot be read on red.
"""
_MOST_AT_ONCE = 8


def hues(inks: Sequence[Ink]) -> list[int]:
    """Return the ink that each hue, 0 to 255, becomes; NONE where no ink is near it."""
    known = [(_hue(ink.page_rgb), number) for number, ink in enumerate(inks) if ink.coloured]
    reach = _REACH if len(known) > 1 else _REACH_OF_ONE
    table = []
    for hue in range(256):
        near = [(_distance(hue / 256, own), number) for own, number in known]
        distance, number = min(near, default=(1.0, NONE))
        table.append(number if distance < reach else NONE)
    return table


def exact(inks: Sequence[Ink], found: Iterable[Colour]) -> dict[Colour, int]:
    """Return which of the colours `found` are just what an ink is or is called, with its number.

    At most eight, the first ones.
    """
    names = {ink.rgb: number for number, ink in enumerate(inks)}
    names |= {ink.page_rgb: number for number, ink in enumerate(inks)}
    known = [(colour, names[colour]) for colour in found if colour in names]
    return dict(known[:_MOST_AT_ONCE])


def where(colours: dict[Colour, int], bands: tuple[bytes, bytes, bytes]) -> bytes:
    """Return for each pixel the ink of the one of at most eight colours that it is, else NONE.

    `bands` are red, green and blue of all pixels. In each a byte is turned into one bit for each
    colour that has it; bits that are left in all three are the colour that a pixel is.
    """
    bits = [1 << place for place in range(len(colours))]
    left = -1
    for channel, band in enumerate(bands):
        table = bytes(
            sum(bit for bit, colour in zip(bits, colours, strict=True) if colour[channel] == byte)
            for byte in range(256)
        )
        left &= int.from_bytes(band.translate(table), "little")
    numbers = bytearray([NONE] * 256)
    for bit, number in zip(bits, colours.values(), strict=True):
        numbers[bit] = number
    return left.to_bytes(len(bands[0]), "little").translate(bytes(numbers))


def _hue(colour: Colour) -> float:
    return colorsys.rgb_to_hsv(*(byte / 255 for byte in colour))[0]


def _distance(one: float, other: float) -> float:
    """Return how far two hues are from each other on their circle, of its round."""
    straight = abs(one - other)
    return min(straight, 1 - straight)
