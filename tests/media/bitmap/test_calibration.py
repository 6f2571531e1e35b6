"""The calibration page, on every screen."""

import itertools
import math

import pytest

from media.bitmap.calibration import calibration
from media.bitmap.frame import ColourFrame, IndexFrame
from media.bitmap.preview import shown
from media.bitmap.profiles import PROFILES


@pytest.mark.parametrize("name", PROFILES)
def test_each_ink_has_a_patch(name: str) -> None:
    """Flat, of that ink and no other, in the order of the inks from the left."""
    screen = PROFILES[name]
    page = calibration(screen)
    if isinstance(page, ColourFrame):
        assert not screen.inks
        return
    image = shown(page, screen)
    width, height = image.size
    rows = 2 if len(screen.inks) > 8 else 1
    columns = math.ceil(len(screen.inks) / rows)
    pixels = image.tobytes()
    gap = max(1, min(screen.size) // 60)
    for number in range(len(screen.inks)):
        row, column = divmod(number, columns)
        # near the lower end of the patch: its name stands above
        x = 2 * gap + round((column + 0.5) * (width - 3 * gap) / columns)
        y = round(2 * gap + height * 3 // 10 * (row + 0.8) / rows)
        around = {pixels[(y + dy) * width + x + dx] for dx in (-2, 0, 2) for dy in (0, 1)}
        assert around == {number}


@pytest.mark.parametrize("name", PROFILES)
def test_a_frame_of_one_pixel_is_around_it(name: str) -> None:
    """And nothing runs into it: it is black, with white inside of it."""
    screen = PROFILES[name]
    image = shown(calibration(screen), screen).convert("RGB")
    pixels = image.tobytes()
    width, height = image.size

    def colours(inset: int) -> set[bytes]:
        found = set()
        for x in range(inset, width - inset):
            found |= {at(x, inset), at(x, height - 1 - inset)}
        for y in range(inset, height - inset):
            found |= {at(inset, y), at(width - 1 - inset, y)}
        return found

    def at(x: int, y: int) -> bytes:
        return pixels[3 * (y * width + x) : 3 * (y * width + x) + 3]

    black, white = (bytes(screen.inks[ink].rgb) if screen.inks else b"" for ink in (0, 1))
    if not screen.inks or not screen.coloured:
        black = bytes(screen.inks[0].rgb if screen.inks else (0, 0, 0))
        white = bytes(screen.inks[-1].rgb if screen.inks else (255, 255, 255))
    assert colours(0) == {black}
    assert colours(1) == {white}


def test_shades_are_dots_and_letters_are_not() -> None:
    """Below the ramps there are black and white alone on a screen of greys."""
    screen = PROFILES["gray4-800x480"]
    page = calibration(screen)
    assert isinstance(page, IndexFrame)
    ramp = page.rows[170]
    assert set(ramp) == {0, 1, 2, 3}
    assert sum(one != next_ for one, next_ in itertools.pairwise(ramp)) > 100
    assert set(b"".join(page.rows[300:])) == {0, 3}


def test_the_page_is_the_same_each_time() -> None:
    """So that its version is."""
    screen = PROFILES["spectra6-800x480"]
    assert calibration(screen) == calibration(screen)
