"""Light: from the bytes of a picture to amounts of light, and what a screen makes of them. Pure.

An eye that sees dots side by side adds up their light, and light is not proportional to the
bytes of a picture (sRGB): a byte of 128 is a fifth of the light of 255. So dots are counted in
light, between the darkest and the lightest that the screen has.
"""

from collections.abc import Sequence

from media.bitmap.screen import Ink

WEIGHTS = (0.2126, 0.7152, 0.0722)
"""What red, green and blue light contribute to brightness."""

_TEXT_THRESHOLD = 176 / 255
"""Measured by reading text with OCR: at a half thin strokes break, here they hold."""


def light(byte: int) -> float:
    """Return the light of a byte, 0 to 1."""
    value = byte / 255
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def from_light(amount: float) -> int:
    """Return the byte of an amount of light, 0 to 1."""
    value = amount * 12.92 if amount <= 0.0031308 else 1.055 * amount ** (1 / 2.4) - 0.055
    return round(255 * value)


def brightness(ink: Ink) -> float:
    """Return the light of an ink, 0 to 1."""
    return sum(weight * light(byte) for weight, byte in zip(WEIGHTS, ink.rgb, strict=True))


def screen_levels(inks: Sequence[Ink]) -> list[int]:
    """Return the light of each ink, 0 to 255, where 255 is the lightest of them."""
    most = max(map(brightness, inks))
    return [round(255 * brightness(ink) / most) for ink in inks]


def screen_light(inks: Sequence[Ink]) -> list[int]:
    """Return the light that each of the bytes 0 to 255 is to have on the screen, 0 to 255.

    Black becomes the screen's black and white its white; without that its dots would pile up
    where it has no light to give.
    """
    levels = screen_levels(inks)
    least, most = min(levels), max(levels)
    return [round(least + (most - least) * light(byte)) for byte in range(256)]


def nearest(greys: int) -> list[int]:
    """Return which of so many greys each of the bytes 0 to 255 becomes without dots."""
    steps = greys - 1
    return [min(steps, int(byte / 255 * steps + 1 - _TEXT_THRESHOLD)) for byte in range(256)]
