"""Frames as bytes, against a packer that goes pixel by pixel."""

import random

import pytest

from media.bitmap.frame import Frame, IndexFrame
from media.bitmap.pack import FORMATS, Format, pack

MONO = FORMATS["mono-hmsb"]
WHITE_IS_1 = Format("white is 1", 1, (0, 1))
LEFT_IS_LOW = Format("left is low", 1, (1, 0), "low")
GREYS = Format("4 greys", 2, (0, 1, 2, 3))
COLOURS = Format("6 colours", 4, (0, 1, 2, 3, 5, 6))
COLOURS_LOW = Format("6 colours, left is low", 4, (0, 1, 2, 3, 5, 6), "low")


def unpacked(frame: Frame, form: Format) -> bytes:
    """Return the inks of a packed frame, read one by one."""
    row_bytes = -(-frame.width * form.bits // 8)
    inks = bytearray()
    for y in range(frame.height):
        for x in range(frame.width):
            byte = frame.packed[y * row_bytes + x * form.bits // 8]
            place = x * form.bits % 8
            shift = place if form.left == "low" else 8 - form.bits - place
            inks.append(form.codes.index(byte >> shift & (1 << form.bits) - 1))
    return bytes(inks)


@pytest.mark.parametrize("width", [1, 7, 8, 9, 200, 201])
@pytest.mark.parametrize(
    "form", [MONO, WHITE_IS_1, LEFT_IS_LOW, GREYS, COLOURS, COLOURS_LOW], ids=lambda form: form.name
)
def test_what_is_packed_can_be_read_back(form: Format, width: int) -> None:
    """Also at widths that do not fill their last byte."""
    dice = random.Random(width)
    pixels = bytes(dice.randrange(len(form.codes)) for _ in range(width * 5))
    frame = pack(IndexFrame(width, 5, pixels), form)
    assert len(frame.packed) == 5 * -(-width * form.bits // 8)
    assert unpacked(frame, form) == pixels


def test_the_dashboard_has_black_as_1_and_the_left_pixel_first() -> None:
    """0 is black ink: the first pixel is the highest bit, the eighth the lowest."""
    pixels = bytearray(b"\x01" * 16)
    pixels[0] = pixels[15] = 0
    assert pack(IndexFrame(16, 1, bytes(pixels)), MONO).packed == b"\x80\x01"


def test_bits_that_are_no_pixels_are_zero() -> None:
    """Whatever white is."""
    assert pack(IndexFrame(3, 2, bytes(6)), MONO).packed == b"\xe0\xe0"
    assert pack(IndexFrame(3, 1, b"\x01\x01\x01"), LEFT_IS_LOW).packed == b"\x00"
    assert pack(IndexFrame(3, 1, bytes(3)), LEFT_IS_LOW).packed == b"\x07"


def test_an_ink_without_a_code_is_refused() -> None:
    """As is a format whose codes do not fit, or a frame of another size than it says."""
    with pytest.raises(ValueError, match="2 inks only"):
        pack(IndexFrame(2, 1, b"\x01\x02"), MONO)
    with pytest.raises(ValueError, match="more than 1 bits"):
        Format("wrong", 1, (0, 2))
    with pytest.raises(ValueError, match="3 pixels are not 2x2"):
        IndexFrame(2, 2, b"\x00\x00\x00")


def test_the_version_is_that_of_the_bytes() -> None:
    """The same on each machine and after each start: devices compare it with what they hold."""
    black = pack(IndexFrame(8, 1, bytes(8)), MONO)
    white = pack(IndexFrame(8, 1, b"\x01" * 8), MONO)
    assert black.version == "6da6440737d89ae8dded8ee4a1259bdd"
    assert black.version != white.version
