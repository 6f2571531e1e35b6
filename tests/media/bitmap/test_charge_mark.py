"""The mark that asks for a charge."""

import io
from dataclasses import replace
from typing import Literal

import pytest
from PIL import Image

from media.bitmap import charge_mark
from media.bitmap.prepared import prepare
from media.bitmap.profiles import PROFILES
from tests.media.bitmap.pictures import photo, saved


@pytest.mark.parametrize(
    "name", ["rlcd-200x200", "oled-128x64", "trmnl-og", "spectra6-800x480", "lcd-320x240"]
)
@pytest.mark.parametrize("turn", [0, 90])
def test_it_is_in_the_corner_of_what_any_screen_shows(name: str, turn: Literal[0, 90]) -> None:
    """Upright, at its lower right, of pure inks; and nothing else is touched."""
    screen = replace(PROFILES[name], turn=turn, most_bytes=None)
    if screen.coloured:  # a large one has a preview of other colours
        screen = replace(screen, width=240, height=160)
    picture = saved(photo(screen.size))
    before, after = (
        Image.open(io.BytesIO(prepare(picture, each).preview)).convert("RGB")
        for each in (screen, replace(screen, charge_mark=True))
    )
    small, full = max(before.size), max(screen.size)
    unit = max(1, min(screen.size) // 200) * small / full
    corner = (round(before.width - 20 * unit), round(before.height - 12 * unit))
    if small == full:
        used = after.crop((*corner, *after.size)).getcolors()
        assert used is not None
        assert len(used) <= 3
    assert before.tobytes() != after.tobytes()
    for each in (before, after):
        each.paste((0, 0, 0), (corner[0] - 1, corner[1] - 1, *each.size))
    assert before.tobytes() == after.tobytes()


def test_what_it_looks_like() -> None:
    """A case with a head, and one bar of its five in it."""
    image = Image.new("L", (64, 64), 9)
    charge_mark.stamp(image, 1, 0, 2)
    mark = image.crop((44, 52, 64, 64))
    rows = [mark.crop((0, y, 20, y + 1)).tobytes() for y in range(12)]
    drawn = ["".join(" #o"[pixel] for pixel in row) for row in rows]
    assert drawn == [
        " " * 20,
        " " * 20,
        "  ##############    ",
        "  #            #    ",
        "  # oo         ###  ",
        "  # oo         ###  ",
        "  # oo         ###  ",
        "  # oo         ###  ",
        "  #            #    ",
        "  ##############    ",
        " " * 20,
        " " * 20,
    ]


def test_inks() -> None:
    """The darkest and the lightest, and red where there is red."""
    for name in ("rlcd-200x200", "oled-128x64"):
        assert charge_mark.inks(PROFILES[name]) == (0, 1, 0)
    spectra = PROFILES["spectra6-800x480"]
    dark, light, bar = (spectra.inks[each].name for each in charge_mark.inks(spectra))
    assert (dark, light, bar) == ("black", "white", "red")
