"""Reads what was packed, pixel by pixel, as a device's firmware would.

Nothing here comes from the packers: the numbers are those of the devices' documents.
"""

import io
import struct
from collections.abc import Callable, Mapping

from PIL import Image

Reader = Callable[[bytes, int, int], list[int]]
"""From bytes, width and height to the ink of each pixel, row by row."""

BLACK_IS_1 = {1: 0, 0: 1}
WHITE_IS_1 = {0: 0, 1: 1}
SPECTRA = {0: 0, 1: 1, 2: 2, 3: 3, 5: 4, 6: 5}  # black, white, yellow, red, blue, green
NATIVE = {1: 0, 3: 1, 4: 2, 5: 3, 0: 4, 2: 5}


def same(count: int) -> dict[int, int]:
    return {code: code for code in range(count)}


def rows(bits: int, inks: Mapping[int, int], *, left_low: bool = False) -> Reader:
    """Return a reader of rows that are filled up to whole bytes."""

    def read(packed: bytes, width: int, height: int) -> list[int]:
        length = (width * bits + 7) // 8
        assert len(packed) == length * height
        found = []
        for y in range(height):
            for x in range(width):
                place = x * bits % 8
                shift = place if left_low else 8 - bits - place
                found.append(inks[packed[y * length + x * bits // 8] >> shift & (1 << bits) - 1])
        return found

    return read


def planes(inks: Mapping[tuple[int, int], int]) -> Reader:
    """Return a reader of two planes of one bit, one after the other."""

    def read(packed: bytes, width: int, height: int) -> list[int]:
        half = len(packed) // 2
        bit = rows(1, {0: 0, 1: 1})
        first, second = (bit(part, width, height) for part in (packed[:half], packed[half:]))
        return [inks[pair] for pair in zip(first, second, strict=True)]

    return read


def halves(reader: Reader) -> Reader:
    """Return a reader of a picture whose halves stand one after the other."""

    def read(packed: bytes, width: int, height: int) -> list[int]:
        middle = (width + 1) // 2
        length = (middle + 1) // 2 * height
        left = reader(packed[:length], middle, height)
        right = reader(packed[length:], width - middle, height)
        found = []
        for y in range(height):
            found += left[y * middle : (y + 1) * middle]
            found += right[y * (width - middle) : (y + 1) * (width - middle)]
        return found

    return read


def pages(inks: Mapping[int, int], *, top_high: bool = False) -> Reader:
    """Return a reader of bytes that are eight pixels of a column."""

    def read(packed: bytes, width: int, height: int) -> list[int]:
        assert len(packed) == (height + 7) // 8 * width
        found = []
        for y in range(height):
            shift = 7 - y % 8 if top_high else y % 8
            found += [inks[packed[y // 8 * width + x] >> shift & 1] for x in range(width)]
        return found

    return read


def image_file(form: str, inks: Mapping[int, int]) -> Reader:
    """Return a reader of files that Pillow can read."""

    def read(packed: bytes, width: int, height: int) -> list[int]:
        with Image.open(io.BytesIO(packed)) as image:
            assert (image.format, image.size) == (form, (width, height))
            assert image.mode in {"1", "L", "P"}
            values = image.convert("L") if image.mode == "1" else image
            return [inks[value] for value in values.tobytes()]

    return read


def lvgl(kind: int, bits: int) -> Reader:
    """Return a reader of LVGL's pictures of greys."""

    def read(packed: bytes, width: int, height: int) -> list[int]:
        magic, found, flags, wide, high, length, none = struct.unpack("<BBHHHHH", packed[:12])
        assert (magic, found, flags, wide, high, none) == (0x19, kind, 0, width, height, 0)
        assert length == (width * bits + 7) // 8
        if bits == 8:
            return list(packed[12:])
        count = 1 << bits
        start = 12 + 4 * count
        for code in range(count):
            level = 255 * code // (count - 1)
            assert packed[12 + 4 * code : 16 + 4 * code] == bytes((level, level, level, 255))
        return rows(bits, same(count))(packed[start:], width, height)

    return read


INKS: dict[str, tuple[int, Reader]] = {
    "mono-hmsb": (2, rows(1, BLACK_IS_1)),
    "mono-hmsb-white": (2, rows(1, WHITE_IS_1)),
    "mono-hlsb": (2, rows(1, BLACK_IS_1, left_low=True)),
    "mono-hlsb-white": (2, rows(1, WHITE_IS_1, left_low=True)),
    "mono-vlsb": (2, pages(WHITE_IS_1)),
    "mono-vlsb-black": (2, pages(BLACK_IS_1)),
    "mono-vmsb": (2, pages(WHITE_IS_1, top_high=True)),
    "mono-vmsb-black": (2, pages(BLACK_IS_1, top_high=True)),
    "planes-colour": (3, planes({(0, 1): 0, (1, 1): 1, (1, 0): 2})),
    "planes-colour-high": (3, planes({(0, 0): 0, (1, 0): 1, (1, 1): 2})),
    "gray2": (4, rows(2, same(4))),
    "gray2-low": (4, rows(2, same(4), left_low=True)),
    "gray2-planes": (4, planes({(0, 0): 0, (0, 1): 1, (1, 0): 2, (1, 1): 3})),
    "gray4": (16, rows(4, same(16))),
    "gray4-low": (16, rows(4, same(16), left_low=True)),
    "gray8": (256, rows(8, same(256))),
    "acep": (7, rows(4, same(7))),
    "spectra6": (6, rows(4, SPECTRA)),
    "spectra6-halves": (6, halves(rows(4, SPECTRA))),
    "png-native": (6, image_file("PNG", NATIVE)),
    "bmp": (2, image_file("BMP", {0: 0, 255: 1})),
    "png-gray1": (2, image_file("PNG", {0: 0, 255: 1})),
    "png-gray2": (4, image_file("PNG", {85 * code: code for code in range(4)})),
    "png-gray4": (16, image_file("PNG", {17 * code: code for code in range(16)})),
    "lvgl-i1": (2, lvgl(0x07, 1)),
    "lvgl-i2": (4, lvgl(0x08, 2)),
    "lvgl-i4": (16, lvgl(0x09, 4)),
    "lvgl-l8": (256, lvgl(0x06, 8)),
}
"""How many inks a format has, and what reads it."""


def rgb565(order: str) -> Callable[[bytes], list[tuple[int, int, int]]]:
    """Return a reader of 16 bits a pixel, as 8 bits a colour."""

    def read(packed: bytes) -> list[tuple[int, int, int]]:
        numbers = struct.unpack(f"{order}{len(packed) // 2}H", packed)
        return [
            (
                round((number >> 11) * 255 / 31),
                round((number >> 5 & 63) * 255 / 63),
                round((number & 31) * 255 / 31),
            )
            for number in numbers
        ]

    return read


def rgb888(packed: bytes) -> list[tuple[int, int, int]]:
    return list(zip(packed[0::3], packed[1::3], packed[2::3], strict=True))


def bgr888(packed: bytes) -> list[tuple[int, int, int]]:
    return list(zip(packed[2::3], packed[1::3], packed[0::3], strict=True))


COLOURS: dict[str, tuple[int, Callable[[bytes], list[tuple[int, int, int]]]]] = {
    "rgb565-be": (4, rgb565(">")),
    "rgb565-le": (4, rgb565("<")),
    "rgb888": (0, rgb888),
    "bgr888": (0, bgr888),
    "lvgl-rgb565": (4, lambda packed: rgb565("<")(packed[12:])),
    "lvgl-rgb565-swapped": (4, lambda packed: rgb565(">")(packed[12:])),
    "lvgl-rgb888": (0, lambda packed: bgr888(packed[12:])),
}
"""How far off a colour may be, and what reads a format."""
