"""Amounts of light."""

import pytest

from media.bitmap.screen import RLCD, Ink
from media.bitmap.tone import brightness, from_light, light, nearest, screen_levels, screen_light

GREYS = tuple(Ink(str(level), (level,) * 3) for level in (40, 100, 150, 190))


def test_light_is_that_of_srgb() -> None:
    """Known values of the standard."""
    assert light(0) == 0
    assert light(255) == 1
    assert light(128) == pytest.approx(0.2158, abs=1e-4)
    assert light(10) == pytest.approx(10 / 255 / 12.92)
    assert brightness(Ink("green", (0, 255, 0))) == pytest.approx(0.7152)


def test_a_picture_is_fitted_between_the_screens_black_and_white() -> None:
    """Its black is the screen's, its white too, and what is between keeps its order."""
    table, levels = screen_light(GREYS), screen_levels(GREYS)
    assert (
        (table[0], table[255])
        == (levels[0], levels[-1])
        == (round(255 * light(40) / light(190)), 255)
    )
    assert table == sorted(table)
    assert screen_light(RLCD.inks)[::255] == [0, 255]


def test_text_is_cut_where_thin_strokes_hold() -> None:
    """At 176 of 255 with two inks, and at the same share of each step with more."""
    two, four = nearest(2), nearest(4)
    assert (two[0], two[175], two[176], two[255]) == (0, 0, 1, 1)
    assert [four.index(ink) for ink in range(4)] == [0, 59, 144, 229]


def test_light_can_be_turned_back_into_bytes() -> None:
    """All of them."""
    assert [from_light(light(byte)) for byte in range(256)] == list(range(256))
