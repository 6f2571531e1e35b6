"""Layouts: how the pixels of a frame become bits and bytes. Pure.

A layout is data; `pack.FORMATS` has those that devices want. The bytes of a frame are worked on
as a whole, by tables and as one large number: Python does that in C, some fifty times as fast as
a loop over the pixels.
"""

from dataclasses import dataclass
from functools import cache
from typing import Literal

from media.bitmap.frame import ColourFrame, IndexFrame

_DIGITS = b"0123456789abcdef"
_NO_DIGIT = b"?"


@dataclass(frozen=True)
class Rows:
    """Rows from the top, each filled up with zeros to a whole byte.

    A pixel has `bits`; `codes` are the bits that stand for the inks 0, 1, ...; `left` tells which
    bits of a byte hold its leftmost pixel.
    """

    bits: Literal[1, 2, 4, 8]
    codes: tuple[int, ...]
    left: Literal["high", "low"] = "high"

    def __post_init__(self) -> None:
        if not all(0 <= code < 1 << self.bits for code in self.codes):
            raise ValueError(f"a code has more than {self.bits} bits")

    def row_bytes(self, width: int) -> int:
        """Return how long a row is."""
        return -(-width * self.bits // 8)

    def packed(self, frame: IndexFrame) -> bytes:
        """Return the bytes; ValueError when there is an ink without a code."""
        if self.bits == 8:
            _check_inks(frame, self.codes)
            return frame.pixels.translate(_codes(self.codes))
        if not frame.pixels:
            return b""
        # A row of pixels is read as one number whose digits are the pixels
        digits = frame.pixels.translate(_digits(self.codes))
        per_byte = 8 // self.bits
        if missing := -frame.width % per_byte:
            rows = (digits[at : at + frame.width] for at in range(0, len(digits), frame.width))
            digits = b"".join(row + b"0" * missing for row in rows)
        try:
            packed = int(digits, 1 << self.bits).to_bytes(len(digits) // per_byte, "big")
        except ValueError:
            raise ValueError(_no_code(self.codes)) from None
        return packed.translate(_mirrored(self.bits)) if self.left == "low" else packed


@dataclass(frozen=True)
class Planes:
    """Several layouts of the same picture one after the other, as controllers with two memories."""

    planes: tuple[Rows, ...]

    def packed(self, frame: IndexFrame) -> bytes:
        """Return the bytes of all planes; ValueError when there is an ink without a code."""
        return b"".join(plane.packed(frame) for plane in self.planes)


@dataclass(frozen=True)
class Halves:
    """The left half of the picture, then the right one: a panel with two controllers.

    Of an odd width the left half has the pixel more.
    """

    rows: Rows

    def packed(self, frame: IndexFrame) -> bytes:
        """Return the bytes of both halves; ValueError when there is an ink without a code."""
        middle = (frame.width + 1) // 2
        left = b"".join(row[:middle] for row in frame.rows)
        right = b"".join(row[middle:] for row in frame.rows)
        return self.rows.packed(IndexFrame(middle, frame.height, left)) + self.rows.packed(
            IndexFrame(frame.width - middle, frame.height, right)
        )


@dataclass(frozen=True)
class Pages:
    """Pages of eight rows: a byte is eight pixels of a column, the memory of small OLEDs.

    `codes` are 0 or 1 for each ink; `top` tells which bit holds the uppermost pixel. Pixels that
    are missing in the last page are 0.
    """

    codes: tuple[int, ...]
    top: Literal["high", "low"] = "low"

    def packed(self, frame: IndexFrame) -> bytes:
        """Return the bytes; ValueError when there is an ink without a code."""
        _check_inks(frame, self.codes)
        tables = _bits(self.codes, self.top)
        rows, pages = frame.rows, bytearray()
        for top in range(0, frame.height, 8):
            page = 0
            for row, table in zip(rows[top : top + 8], tables, strict=False):
                page |= int.from_bytes(row.translate(table), "big")
            pages += page.to_bytes(frame.width, "big")
        return bytes(pages)


@dataclass(frozen=True)
class Rgb565:
    """16 bits a pixel: five of red, six of green, five of blue; which byte comes first differs."""

    first: Literal["high", "low"]

    def packed(self, frame: ColourFrame) -> bytes:
        """Return the bytes."""
        red, green_high, green_low, blue = _rgb565_tables()
        count = len(frame.red)
        high = _joined(frame.red.translate(red), frame.green.translate(green_high))
        low = _joined(frame.green.translate(green_low), frame.blue.translate(blue))
        packed = bytearray(2 * count)
        packed[self.first == "low" :: 2] = high
        packed[self.first == "high" :: 2] = low
        return bytes(packed)


@dataclass(frozen=True)
class Rgb888:
    """Three bytes a pixel, in the order that `first` begins."""

    first: Literal["red", "blue"] = "red"

    def packed(self, frame: ColourFrame) -> bytes:
        """Return the bytes."""
        packed = bytearray(3 * len(frame.red))
        packed[0::3], packed[1::3], packed[2::3] = frame.red, frame.green, frame.blue
        if self.first == "blue":
            packed[0::3], packed[2::3] = frame.blue, frame.red
        return bytes(packed)


def _check_inks(frame: IndexFrame, codes: tuple[int, ...]) -> None:
    if frame.pixels.translate(None, bytes(range(len(codes)))):
        raise ValueError(_no_code(codes))


def _no_code(codes: tuple[int, ...]) -> str:
    return f"has codes for {len(codes)} inks only"


def _joined(one: bytes, other: bytes) -> bytes:
    """Return the bits of both."""
    number = int.from_bytes(one, "little") | int.from_bytes(other, "little")
    return number.to_bytes(len(one), "little")


@cache
def _digits(codes: tuple[int, ...]) -> bytes:
    """Return the table from an ink's number to the digit that stands for its code."""
    return bytes(_DIGITS[code] for code in codes).ljust(256, _NO_DIGIT)


@cache
def _codes(codes: tuple[int, ...]) -> bytes:
    """Return the table from an ink's number to its code."""
    return bytes(codes).ljust(256, b"\x00")


@cache
def _bits(codes: tuple[int, ...], top: str) -> list[bytes]:
    """Return for each row of a page the table from an ink's number to its bit in the byte."""
    places = range(8) if top == "low" else range(7, -1, -1)
    return [_codes(tuple(code << place for code in codes)) for place in places]


@cache
def _mirrored(bits: int) -> bytes:
    """Return the table from a byte to the one with its pixels in reverse order."""
    mask = (1 << bits) - 1
    places = range(0, 8, bits)
    return bytes(
        sum(((byte >> place) & mask) << (8 - bits - place) for place in places)
        for byte in range(256)
    )


@cache
def _rgb565_tables() -> tuple[bytes, bytes, bytes, bytes]:
    """Return what red and green give to the high byte, and green and blue to the low one."""
    fives = [(byte * 31 + 127) // 255 for byte in range(256)]
    sixes = [(byte * 63 + 127) // 255 for byte in range(256)]
    return (
        bytes(five << 3 for five in fives),
        bytes(six >> 3 for six in sixes),
        bytes((six & 7) << 5 for six in sixes),
        bytes(fives),
    )
