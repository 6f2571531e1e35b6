"""Screens, and one display's own inks."""

import pytest

from media.bitmap.profiles import PROFILES
from media.bitmap.screen import RLCD, Ink, Screen, calibrated

SPECTRA = PROFILES["spectra6-800x480"]


def test_size_is_that_of_a_picture_that_stands_upright() -> None:
    """A frame that is turned lies on its side."""
    assert Screen(1600, 1200, "", (), 90).size == Screen(1600, 1200, "", (), 270).size
    assert Screen(1600, 1200, "", (), 90).size == (1200, 1600)
    assert Screen(1600, 1200, "", (), 180).size == (1600, 1200)


def test_a_screen_is_coloured_by_its_inks() -> None:
    """The tint of a paper's white is no colour; what a page means counts, not what a panel does."""
    assert SPECTRA.coloured
    assert not RLCD.coloured
    assert not PROFILES["gray4-800x480"].coloured
    assert Ink("green", (58, 91, 70), (0, 255, 0)).coloured
    assert not Ink("white", (185, 202, 225)).coloured


def test_measured_inks_replace_those_of_the_profile() -> None:
    """Pages go on to mean them by the same colours."""
    screen = calibrated(SPECTRA, {"white": (232, 232, 232), "blue": (61, 59, 94)})
    inks = {ink.name: ink for ink in screen.inks}
    assert [ink.name for ink in screen.inks] == [ink.name for ink in SPECTRA.inks]
    assert inks["white"] == Ink("white", (232, 232, 232), (255, 255, 255))
    assert inks["blue"] == Ink("blue", (61, 59, 94), (0, 0, 255))
    assert inks["red"].rgb == (121, 9, 0)
    assert (screen.width, screen.format) == (SPECTRA.width, SPECTRA.format)
    # without a pure colour, pages mean the ink by what it was
    rlcd = calibrated(RLCD, {"white": (180, 190, 180)})
    assert rlcd.inks[1].page_rgb == (255, 255, 255)


@pytest.mark.parametrize(
    ("measured", "said"),
    [
        ({"pink": (1, 2, 3)}, "no ink pink, but black, white, yellow, red, blue, green"),
        ({"red": (1, 2, 256)}, "red: .* is not three numbers from 0 to 255"),
        ({"red": (1, 2)}, "red: .* is not three numbers"),
        ({"white": (20, 12, 30)}, "white must be lighter than black"),
    ],
)
def test_what_cannot_be_is_refused(measured: dict[str, tuple[int, int, int]], said: str) -> None:
    """With what is wrong."""
    with pytest.raises(ValueError, match=said):
        calibrated(SPECTRA, measured)
