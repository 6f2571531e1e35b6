"""What the round trips of test_pack.py do not show: the bits that are no pixels, and limits."""

import pytest

from media.bitmap.frame import IndexFrame
from media.bitmap.layout import Halves, Pages, Planes, Rows


def test_bits_that_are_no_pixels_are_zero() -> None:
    """Whatever white is, at the end of rows and below the last one."""
    three = IndexFrame(3, 2, bytes(6))
    assert Rows(1, (1, 0)).packed(three) == b"\xe0\xe0"
    assert Rows(1, (1, 0), "low").packed(three) == b"\x07\x07"
    assert Rows(1, (1, 0), "low").packed(IndexFrame(3, 1, b"\x01\x01\x01")) == b"\x00"
    assert Pages((1, 0)).packed(three) == b"\x03\x03\x03"
    assert Pages((1, 0), "high").packed(three) == b"\xc0\xc0\xc0"


def test_a_column_of_an_oled_is_a_byte_with_its_top_lowest() -> None:
    """Ten rows are two pages."""
    pixels = bytearray(20)
    pixels[0] = pixels[2 * 7 + 1] = pixels[2 * 9] = 1
    assert Pages((0, 1)).packed(IndexFrame(2, 10, bytes(pixels))) == b"\x01\x80\x02\x00"


def test_parts_stand_one_after_the_other() -> None:
    """Planes whole, halves with the pixel in the middle at the left."""
    rows = Rows(4, (1, 2, 3))
    frame = IndexFrame(3, 2, bytes((0, 1, 2, 2, 1, 0)))
    assert rows.packed(frame) == bytes.fromhex("12303210")
    assert Planes((rows, rows)).packed(frame) == bytes.fromhex("1230321012303210")
    assert Halves(rows).packed(frame) == bytes.fromhex("1232" + "3010")


def test_a_code_that_does_not_fit_is_refused() -> None:
    """When the table is made, not when a picture comes."""
    with pytest.raises(ValueError, match="more than 1 bits"):
        Rows(1, (0, 2))
    with pytest.raises(ValueError, match="more than 4 bits"):
        Rows(4, (0, -1))
