"""How much of a packed picture is another than before. Pure.

Pictures are kept packed, so the bytes are compared as one large number: of a million pixels that
takes a millisecond. Formats of screens that have no partial refresh are not read.
"""

import struct
import zlib
from functools import cache

from media.bitmap.file_format import Bmp, Png
from media.bitmap.frame import Frame
from media.bitmap.layout import Pages, Rows
from media.bitmap.pack import FORMATS
from media.display.refresh import Difference


def difference(before: Frame, after: Frame) -> Difference | None:
    """Return what changes from one picture to another; None where that is not known."""
    if (before.width, before.height, before.format) != (after.width, after.height, after.format):
        return None
    bits = _bits(after.format)
    if bits is None:
        return None
    old, new = _raw(before), _raw(after)
    other = int.from_bytes(old) ^ int.from_bytes(new)
    for shift in (1, 2, 4):  # each pixel's bits are gathered in its lowest one
        if shift < bits:
            other |= other >> shift
    mask = int.from_bytes(bytes((_lowest(bits),)) * max(len(old), len(new)))
    share = (other & mask).bit_count() / (after.width * after.height)
    return Difference(min(1.0, share), has_two_inks(after))


def has_two_inks(frame: Frame) -> bool:
    """Tell whether a picture is of black and white alone; one that is not read is not."""
    bits = _bits(frame.format)
    if bits is None:
        return False
    return bits == 1 or not _raw(frame).translate(None, _extremes(bits))


def _bits(form: str) -> int | None:
    """Return how many bits a pixel has in a format, None where it is not read."""
    packing = FORMATS[form].packing
    if isinstance(packing, Rows):
        return packing.bits
    if isinstance(packing, Png) and not packing.palette:
        return packing.rows.bits
    return 1 if isinstance(packing, Pages | Bmp) else None


def _raw(frame: Frame) -> bytes:
    """Return the bits of the pixels, and perhaps others that are the same in each picture."""
    if not isinstance(FORMATS[frame.format].packing, Png):
        return frame.packed
    at, pixels = 8, b""
    while at < len(frame.packed):
        length, kind = struct.unpack_from(">I4s", frame.packed, at)
        if kind == b"IDAT":
            pixels += frame.packed[at + 8 : at + 8 + length]
        at += 12 + length
    return zlib.decompress(pixels)


def _lowest(bits: int) -> int:
    return sum(1 << place for place in range(0, 8, bits))


@cache
def _extremes(bits: int) -> bytes:
    """Return the bytes whose pixels are all of the first or of the last ink."""
    full = (1 << bits) - 1
    return bytes(
        byte
        for byte in range(256)
        if all((byte >> place) & full in {0, full} for place in range(0, 8, bits))
    )
