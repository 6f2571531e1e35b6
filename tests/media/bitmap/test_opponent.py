"""Opponent light, in numbers."""

import itertools

import pytest

from media.bitmap.opponent import matrix, palette, panel_light
from media.bitmap.profiles import PROFILES
from media.bitmap.screen import Screen

SPECTRA = PROFILES["spectra6-800x480"]
COLOURED = {name: screen for name, screen in PROFILES.items() if screen.coloured}


def seen(screen: Screen, colour: tuple[int, int, int]) -> list[float]:
    """Return what Pillow makes of a colour by table and matrix, without rounding."""
    table, numbers = panel_light(screen.inks), matrix(screen.inks)
    lit = [table[256 * channel + byte] for channel, byte in enumerate(colour)]
    return [
        sum(a * b for a, b in zip(numbers[at : at + 4], (*lit, 1), strict=True)) for at in (0, 4, 8)
    ]


@pytest.mark.parametrize("screen", COLOURED.values(), ids=COLOURED)
def test_black_and_white_of_a_picture_are_those_of_the_screen(screen: Screen) -> None:
    """So that they become their inks, and no error is left over."""
    inks = palette(screen.inks)
    names = [ink.name for ink in screen.inks]
    for name, colour in (("black", (0, 0, 0)), ("white", (255, 255, 255))):
        at = 3 * names.index(name)
        assert seen(screen, colour) == pytest.approx(inks[at : at + 3], abs=1.5)


@pytest.mark.parametrize("screen", COLOURED.values(), ids=COLOURED)
def test_no_two_inks_are_the_same(screen: Screen) -> None:
    """And each fits into bytes without being cut off much: white has nearly all brightness."""
    numbers = palette(screen.inks)
    places = [tuple(numbers[at : at + 3]) for at in range(0, len(numbers), 3)]
    assert all(
        sum(abs(a - b) for a, b in zip(one, other, strict=True)) > 12
        for one, other in itertools.combinations(places, 2)
    )
    assert max(place[0] for place in places) == 250


def test_greys_have_no_opponents_on_a_grey_screen() -> None:
    """They differ in brightness alone, evenly in light; a paper has a slight tint."""
    screen = PROFILES["mono-800x480"]
    dark, middle, bright = (seen(screen, (byte,) * 3) for byte in (0, 188, 255))
    assert middle[0] == pytest.approx((dark[0] + bright[0]) / 2, abs=1)
    for place in (dark, middle, bright):
        assert place[1:] == pytest.approx([128, 128], abs=8)


def test_opponents_point_to_their_colours() -> None:
    """More red is more of the second number, more blue more of the third."""
    assert seen(SPECTRA, (200, 100, 100))[1] > seen(SPECTRA, (100, 200, 100))[1]
    assert seen(SPECTRA, (100, 100, 200))[2] > seen(SPECTRA, (200, 200, 100))[2]
