"""Which theme suits a screen."""

from dataclasses import replace

import pytest

from media.bitmap.profiles import PROFILES
from media.dashboard.choice import choose, inks_of, scale_for, wants_card
from media.dashboard.dashboards import plain_screen
from media.dashboard.theme import Theme
from media.dashboard.theme_folder import built_in, read_folder

OURS: list[Theme] = [read_folder(each.name, each) for each in sorted(built_in().iterdir())]


@pytest.mark.parametrize(
    ("profile", "name"),
    [
        ("eink-1600x1200", "portrait"),
        ("spectra6-1200x1600", "portrait"),
        ("mono-800x480", "landscape"),
        ("trmnl-og", "landscape"),
        ("spectra6-800x480", "landscape"),
        ("gray4-800x480", "gray"),
        ("trmnl-og-gray4", "gray"),
        ("trmnl-x", "gray"),
        ("bwr-400x300", "small"),
        ("waveshare-7colour-600x448", "small"),
        ("lcd-480x480", "small"),
        ("lcd-320x240", "small"),
    ],
)
def test_each_profile_gets_what_suits_it(profile: str, name: str) -> None:
    """By size, shape and inks."""
    chosen = choose(OURS, PROFILES[profile], "dashboard")
    assert chosen is not None
    assert chosen.name == name


@pytest.mark.parametrize("profile", ["rlcd-200x200", "oled-128x64"])
def test_small_screens_get_a_card(profile: str) -> None:
    """Whose letters are drawn pixel by pixel."""
    assert wants_card(PROFILES[profile])


@pytest.mark.parametrize("size", [(480, 800), (1600, 1200), (296, 400), (1200, 1600), (3000, 1000)])
def test_any_size_gets_a_theme(size: tuple[int, int]) -> None:
    """And letters that are not much smaller than they were meant to be."""
    chosen = choose(OURS, plain_screen(*size), "dashboard")
    assert chosen is not None
    assert scale_for(chosen, size) >= 0.7


def test_news_have_their_own() -> None:
    """The newspaper at any size; and a theme that waits to be chosen is not taken."""
    for screen in PROFILES.values():
        chosen = choose(OURS, screen, "news")
        assert chosen is not None
        assert chosen.name == "newspaper"
    patient = [each for each in OURS if not each.header.automatic]
    assert patient
    assert choose(patient, PROFILES["trmnl-og"], "dashboard") is None


def test_kinds_of_inks() -> None:
    """One ink, greys, and colours or all of them."""
    names = ("trmnl-og", "trmnl-x", "bwr-400x300", "lcd-320x240")
    kinds = [inks_of(PROFILES[each]) for each in names]
    assert kinds == ["mono", "gray", "colour", "colour"]
    assert inks_of(replace(PROFILES["trmnl-og"], inks=())) == "colour"
