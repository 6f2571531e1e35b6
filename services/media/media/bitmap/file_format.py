"""Picture files that devices read: PNG, BMP and LVGL's own. Pure.

Written here and not by a library, since firmware is choosy: about a header's fields, the order of
a palette, the bits of a pixel.
"""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from media.bitmap.frame import ColourFrame, IndexFrame
from media.bitmap.layout import Rgb565, Rgb888, Rows
from media.bitmap.screen import Colour

_GREY, _PALETTE = 0, 3


@dataclass(frozen=True)
class Png:
    """PNG with the codes of `rows` as greys from black to white, or as numbers in `palette`.

    `level` is zlib's: dots hardly compress, so that more than 1 costs much and gains a tenth.
    """

    rows: Rows
    palette: tuple[Colour, ...] = ()
    level: int = 1

    def packed(self, frame: IndexFrame) -> bytes:
        """Return the file; ValueError when there is an ink without a code."""
        kind = _PALETTE if self.palette else _GREY
        header = struct.pack(">IIBBBBB", frame.width, frame.height, self.rows.bits, kind, 0, 0, 0)
        packed, length = self.rows.packed(frame), self.rows.row_bytes(frame.width)
        # Each row begins with its filter, which is none
        lines = b"".join(b"\x00" + packed[at : at + length] for at in range(0, len(packed), length))
        palette = bytes(byte for colour in self.palette for byte in colour)
        chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(lines, self.level)), (b"IEND", b"")]
        if self.palette:
            chunks.insert(1, (b"PLTE", palette.ljust(3 << self.rows.bits, b"\x00")))
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*each) for each in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    length, check = struct.pack(">I", len(data)), struct.pack(">I", zlib.crc32(kind + data))
    return length + kind + data + check


@dataclass(frozen=True)
class Bmp:
    """BMP of one bit a pixel, from the bottom row up, black and white: 62 bytes and the pixels.

    TRMNL's firmware takes exactly this header, and refuses one without the size of the pixels.
    """

    codes: tuple[int, ...] = (0, 1)

    def packed(self, frame: IndexFrame) -> bytes:
        """Return the file; ValueError when there is an ink without a code."""
        rows = Rows(1, self.codes)
        packed, length = rows.packed(frame), rows.row_bytes(frame.width)
        filled = b"\x00" * (-length % 4)
        pixels = b"".join(
            packed[at : at + length] + filled for at in range(len(packed) - length, -1, -length)
        )
        begin = 14 + 40 + 8
        dots_per_metre = 3780  # 96 an inch
        return b"".join(
            (
                struct.pack("<2sIHHI", b"BM", begin + len(pixels), 0, 0, begin),
                struct.pack("<IiiHH", 40, frame.width, frame.height, 1, 1),
                struct.pack("<IIiiII", 0, len(pixels), dots_per_metre, dots_per_metre, 2, 2),
                b"\x00\x00\x00\x00\xff\xff\xff\x00",
                pixels,
            )
        )


def _lvgl_header(kind: int, width: int, height: int, row_bytes: int) -> bytes:
    magic, flags, reserved = 0x19, 0, 0
    return struct.pack("<BBHHHHH", magic, kind, flags, width, height, row_bytes, reserved)


@dataclass(frozen=True)
class LvglInks:
    """LVGL 9's binary picture with a palette of `colours`, or with greys where there is none."""

    kind: Literal[0x06, 0x07, 0x08, 0x09]
    rows: Rows
    colours: tuple[Colour, ...] = ()

    def packed(self, frame: IndexFrame) -> bytes:
        """Return the file; ValueError when there is an ink without a code."""
        header = _lvgl_header(
            self.kind, frame.width, frame.height, self.rows.row_bytes(frame.width)
        )
        palette = b"".join(bytes((blue, green, red, 255)) for red, green, blue in self.colours)
        return header + palette + self.rows.packed(frame)


@dataclass(frozen=True)
class LvglColours:
    """LVGL 9's binary picture in colours."""

    kind: Literal[0x0F, 0x12, 0x1B]
    pixel: Rgb565 | Rgb888

    def packed(self, frame: ColourFrame) -> bytes:
        """Return the file."""
        pixel_bytes = 3 if isinstance(self.pixel, Rgb888) else 2
        header = _lvgl_header(self.kind, frame.width, frame.height, frame.width * pixel_bytes)
        return header + self.pixel.packed(frame)


def greys(count: int) -> tuple[Colour, ...]:
    """Return `count` greys from black to white."""
    return tuple((level, level, level) for level in _levels(count))


def _levels(count: int) -> Sequence[int]:
    return [255 * step // (count - 1) for step in range(count)]
