"""Flat colours, by name and by hue."""

import random

from media.bitmap.flat import NONE, exact, hues, where
from media.bitmap.profiles import PROFILES

SPECTRA = PROFILES["spectra6-800x480"].inks
RED = PROFILES["bwr-800x480"].inks
NAMES = [ink.name for ink in SPECTRA]


def test_a_hue_becomes_the_nearest_ink() -> None:
    """In 256ths of the round: red 0, yellow 43, green 85, blue 171."""
    table = hues(SPECTRA)
    named = {hue: NAMES[table[hue]] for hue in (0, 15, 30, 43, 60, 70, 85, 100, 160, 171, 190, 250)}
    assert named == {
        0: "red", 15: "red", 30: "yellow", 43: "yellow", 60: "yellow", 70: "green", 85: "green",
        100: "green", 160: "blue", 171: "blue", 190: "blue", 250: "red",
    }  # fmt: skip


def test_a_hue_far_from_all_inks_becomes_none() -> None:
    """A screen with red shows no green text in red."""
    table = hues(RED)
    assert table[0] == table[20] == table[240] == 2
    assert table[33] == 2  # amber
    assert {table[hue] for hue in range(42, 214)} == {NONE}


def test_six_inks_have_one_for_every_hue() -> None:
    """Cyan and magenta, half way between two, as well."""
    for screen in ("spectra6-800x480", "waveshare-7colour-800x480"):
        assert NONE not in hues(PROFILES[screen].inks)


def test_colours_are_known_by_what_they_are_and_by_what_they_are_called() -> None:
    """The measured yellow and the pure one, and no other."""
    found = exact(SPECTRA, [(202, 184, 0), (255, 255, 0), (254, 255, 0), (185, 202, 205)])
    assert found == {(202, 184, 0): 2, (255, 255, 0): 2, (185, 202, 205): 1}
    assert exact(SPECTRA, []) == {}
    every = [colour for ink in SPECTRA for colour in (ink.rgb, ink.page_rgb)]
    assert list(exact(SPECTRA, every)) == every[:8]


def test_pixels_of_a_colour_are_found_and_no_others() -> None:
    """All three bytes must be those of one colour, not each of some."""
    colours = exact(SPECTRA, [colour for ink in SPECTRA for colour in (ink.page_rgb,)])
    dice = random.Random(3)
    levels = (0, 1, 128, 254, 255)
    pixels = [(dice.choice(levels), dice.choice(levels), dice.choice(levels)) for _ in range(3000)]
    red, green, blue = (bytes(band) for band in zip(*pixels, strict=True))
    wanted = bytes(colours.get(pixel, NONE) for pixel in pixels)
    assert where(colours, (red, green, blue)) == wanted
    assert len(set(wanted)) == 7
