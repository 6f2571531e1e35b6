"""From shades to inks."""

from collections.abc import Callable

import pytest
from PIL import Image, ImageDraw, ImageFont

from media.bitmap.frame import IndexFrame
from media.bitmap.ink import has_grey_areas, to_inks
from media.bitmap.screen import RLCD, Ink, Screen
from media.bitmap.tone import light, screen_levels
from tests.media.bitmap.pictures import blank, halves, photo

GREYS = Screen(200, 200, "", tuple(Ink(str(level), (level,) * 3) for level in (40, 100, 150, 190)))


def letters() -> Image.Image:
    """Return a page of small letters with smooth edges."""
    image = blank("L")
    draw = ImageDraw.Draw(image)
    for line in range(10):
        draw.text((5, line * 20), "Wake up, it is Monday", font=ImageFont.load_default(15))
    return image


def draw_checks() -> Image.Image:
    image = Image.new("1", (200, 200))
    image.putdata([255 * ((x * 7 + y * 3) % 5 > 2) for y in range(200) for x in range(200)])
    return image.convert("L")


@pytest.mark.parametrize("method", ["auto", "threshold", "dither"])
@pytest.mark.parametrize("picture", [halves, draw_checks])
def test_what_is_black_and_white_stays_as_it_is(
    picture: Callable[[], Image.Image], method: str
) -> None:
    """Pixel for pixel, whatever the method."""
    image = picture()
    inks = to_inks(image, RLCD, method)  # type: ignore[arg-type]
    assert inks.pixels == bytes(byte // 255 for byte in image.convert("L").tobytes())


def bands(inks: IndexFrame, screen: Screen) -> list[float]:
    """Return the light that the screen gives in each tenth of a frame, of its lightest ink's."""
    levels = screen_levels(screen.inks)
    rows = inks.height // 10
    lengths = [
        inks.pixels[at : at + rows * inks.width]
        for at in range(0, len(inks.pixels), rows * inks.width)
    ]
    return [sum(levels[ink] for ink in band) / len(band) / 255 for band in lengths]


@pytest.mark.parametrize("screen", [RLCD, GREYS], ids=["2 inks", "4 greys"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_dots_give_the_light_of_the_picture(screen: Screen, mode: str) -> None:
    """Between the screen's black and white, within 2 %; dots counted in bytes are off by 24 %."""
    black = screen_levels(screen.inks)[0] / 255
    image = photo()
    given = bands(to_inks(image.convert(mode), screen, "dither"), screen)
    shades = image.tobytes()
    wanted = []
    for band in range(10):
        part = shades[band * 4000 : (band + 1) * 4000]
        wanted.append(black + (1 - black) * sum(map(light, part)) / len(part))
    assert max(abs(a - b) for a, b in zip(given, wanted, strict=True)) < 0.02


def test_colours_are_as_bright_as_they_look() -> None:
    """Green gives 72 % of white's light, blue 7 %."""
    for colour, share in (("lime", 0.7152), ("blue", 0.0722), ("red", 0.2126)):
        inks = to_inks(blank("RGB", colour=colour), RLCD, "dither")
        assert inks.pixels.count(1) / 40_000 == pytest.approx(share, abs=0.01)


def test_a_method_is_found_for_each_picture() -> None:
    """Letters and lines are cut, photos are dithered; either can be asked for."""
    assert not has_grey_areas(letters())
    assert not has_grey_areas(halves())
    assert not has_grey_areas(blank())
    spot = blank("L")
    spot.paste(128, (0, 0, 25, 25))
    assert not has_grey_areas(spot)
    spot.paste(128, (0, 0, 40, 40))
    assert has_grey_areas(spot)
    assert has_grey_areas(photo())
    assert has_grey_areas(blank("RGB", colour=(120, 130, 140)))
    assert to_inks(letters(), RLCD) == to_inks(letters(), RLCD, "threshold")
    assert to_inks(letters(), RLCD) != to_inks(letters(), RLCD, "dither")
    assert to_inks(photo(), RLCD) == to_inks(photo(), RLCD, "dither")


def test_the_same_picture_gives_the_same_inks() -> None:
    """So that its version stays the same."""
    assert to_inks(photo(), GREYS) == to_inks(photo(), GREYS)
    assert set(to_inks(photo(), GREYS).pixels) == {0, 1, 2, 3}
