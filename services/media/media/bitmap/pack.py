"""Packs index frames into the bytes that displays take; each format is a row of a table. Pure."""

from dataclasses import dataclass
from functools import cache
from typing import Literal

from media.bitmap.frame import Frame, IndexFrame

_DIGITS = b"0123456789abcdef"
_NO_DIGIT = b"?"


@dataclass(frozen=True)
class Format:
    """How pixels become bytes: in rows from the top, each filled up with zeros to a whole byte.

    `codes` are the bits that stand for the inks 0, 1, ...; `left` tells which bits of a byte
    hold its leftmost pixel.
    """

    name: str
    bits: Literal[1, 2, 4]
    codes: tuple[int, ...]
    left: Literal["high", "low"] = "high"

    def __post_init__(self) -> None:
        if not all(0 <= code < 1 << self.bits for code in self.codes):
            raise ValueError(f"{self.name}: a code has more than {self.bits} bits")


FORMATS = {
    each.name: each
    for each in (
        # 1 = black: the RLCD dashboard, drawBitmap of Adafruit_GFX and u8g2
        Format("mono-hmsb", 1, (1, 0)),
    )
}


def pack(frame: IndexFrame, form: Format) -> Frame:
    """Return `frame` packed; ValueError when it has an ink that `form` has no code for.

    A row of pixels is read as one number whose digits are the pixels: Python reads numbers in
    base 2, 4 and 16 in C, some fifty times as fast as a loop over the pixels.
    """
    digits = frame.pixels.translate(_digits(form))
    per_byte = 8 // form.bits
    if missing := -frame.width % per_byte:
        rows = (digits[at : at + frame.width] for at in range(0, len(digits), frame.width))
        digits = b"".join(row + b"0" * missing for row in rows)
    try:
        packed = int(digits, 1 << form.bits).to_bytes(len(digits) // per_byte, "big")
    except ValueError:
        raise ValueError(f"{form.name} has codes for {len(form.codes)} inks only") from None
    if form.left == "low":
        packed = packed.translate(_mirrored(form.bits))
    return Frame(frame.width, frame.height, form.name, packed)


@cache
def _digits(form: Format) -> bytes:
    """Return the table from an ink's number to the digit that stands for its code."""
    return bytes(_DIGITS[code] for code in form.codes).ljust(256, _NO_DIGIT)


@cache
def _mirrored(bits: int) -> bytes:
    """Return the table from a byte to the one with its pixels in reverse order."""
    mask = (1 << bits) - 1
    places = range(0, 8, bits)
    return bytes(
        sum(((byte >> place) & mask) << (8 - bits - place) for place in places)
        for byte in range(256)
    )
