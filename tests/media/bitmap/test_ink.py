"""From shades to inks."""

from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageFont

from media.bitmap.frame import ColourFrame, IndexFrame
from media.bitmap.ink import has_grey_areas, to_frame, to_inks
from media.bitmap.profiles import PROFILES
from media.bitmap.screen import RLCD, Ink, Screen, calibrated
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


# --- colours ---

SPECTRA = PROFILES["spectra6-800x480"]
BWR = PROFILES["bwr-800x480"]
ACEP = PROFILES["waveshare-7colour-800x480"]
COLOURED = {"spectra": SPECTRA, "bwr": BWR, "acep": ACEP}


def number(screen: Screen, name: str) -> int:
    return [ink.name for ink in screen.inks].index(name)


def given(inks: IndexFrame, screen: Screen) -> list[float]:
    """Return the red, green and blue light that the dots of a frame give."""
    count = len(inks.pixels)
    shares = [inks.pixels.count(ink) / count for ink in range(len(screen.inks))]
    return [
        sum(share * light(ink.rgb[band]) for share, ink in zip(shares, screen.inks, strict=True))
        for band in range(3)
    ]


@pytest.mark.parametrize("screen", COLOURED.values(), ids=COLOURED)
@pytest.mark.parametrize("shade", [0, 60, 128, 200, 255])
def test_dots_of_colours_give_the_grey_of_the_picture(screen: Screen, shade: int) -> None:
    """In each of red, green and blue light, between the screen's black and white."""
    black, white = (screen.inks[number(screen, name)] for name in ("black", "white"))
    found = given(to_inks(blank(colour=(shade,) * 3), screen, "dither"), screen)
    for band in range(3):
        least, most = light(black.rgb[band]), light(white.rgb[band])
        wanted = least + (most - least) * light(shade)
        assert found[band] == pytest.approx(wanted, abs=0.012)


def test_dots_give_the_colour_of_the_picture() -> None:
    """Where the inks can: skin, sky, a meadow on six colours."""
    black, white = (SPECTRA.inks[number(SPECTRA, name)] for name in ("black", "white"))
    for colour in ((222, 172, 142), (140, 160, 185), (140, 140, 80)):
        found = given(to_inks(blank(colour=colour), SPECTRA, "dither"), SPECTRA)
        for band in range(3):
            least, most = light(black.rgb[band]), light(white.rgb[band])
            wanted = least + (most - least) * light(colour[band])
            assert found[band] == pytest.approx(wanted, abs=0.02)


def test_measured_inks_change_the_dots() -> None:
    """A lighter blue is used more often for the same sky."""
    bright = calibrated(SPECTRA, {"blue": (60, 120, 200)})
    sky = blank(colour=(140, 160, 185))
    assert to_inks(sky, bright, "dither") != to_inks(sky, SPECTRA, "dither")
    assert given(to_inks(sky, bright, "dither"), bright) == pytest.approx(
        given(to_inks(sky, SPECTRA, "dither"), SPECTRA), abs=0.02
    )


@pytest.mark.parametrize("screen", COLOURED.values(), ids=COLOURED)
@pytest.mark.parametrize("method", ["auto", "threshold", "dither"])
def test_flat_colours_become_their_ink(screen: Screen, method: str) -> None:
    """The measured ones and the pure ones, without a speck, whatever the method."""
    for own, ink in enumerate(screen.inks):
        for colour in (ink.rgb, ink.page_rgb):
            inks = to_inks(blank(colour=colour), screen, method)  # type: ignore[arg-type]
            assert set(inks.pixels) == {own}


def test_flat_colours_in_a_photo_keep_their_ink() -> None:
    """Half of it is pure yellow, which as light between black and white would get specks."""
    image = Image.merge("RGB", (photo(), photo().rotate(90), photo().rotate(180)))
    image.paste((255, 255, 0), (0, 0, 100, 200))
    inks = to_inks(image, SPECTRA)
    yellow = number(SPECTRA, "yellow")
    assert {ink for row in inks.rows for ink in row[:100]} == {yellow}
    assert len({ink for row in inks.rows for ink in row[100:]}) > 3


@pytest.mark.parametrize("colour", ["red", "yellow", "blue", "lime"])
def test_letters_in_a_colour_have_no_dots(colour: str) -> None:
    """They are of that ink and the paper's white, though their edges are smooth."""
    image = blank()
    image.paste(Image.new("RGB", image.size, colour), mask=letters().point(lambda byte: 255 - byte))
    own = number(SPECTRA, "green" if colour == "lime" else colour)
    inks = to_inks(image, SPECTRA)
    assert set(inks.pixels) == {own, number(SPECTRA, "white")}
    assert 0.02 < inks.pixels.count(own) / 40_000 < 0.4


def test_grey_letters_have_no_coloured_edges() -> None:
    """Black and white alone, cut where they are cut on a screen of two inks."""
    inks = to_inks(letters(), SPECTRA)
    assert inks.pixels == to_inks(letters(), RLCD).pixels


def test_a_method_is_found_for_pictures_with_colours() -> None:
    """Flat areas are no photo; shades of colours are."""
    page = letters().convert("RGB")
    page.paste("red", (0, 0, 30, 100))
    page.paste((208, 190, 71), (0, 100, 30, 200))
    native = PROFILES["eink-1600x1200"]
    assert to_inks(page, native) == to_inks(page, native, "threshold")
    sky = Image.merge("RGB", (photo(), photo(), blank("L")))
    assert to_inks(sky, native) == to_inks(sky, native, "dither")
    assert to_inks(sky, native) != to_inks(sky, native, "threshold")


@pytest.mark.parametrize("screen", [RLCD, GREYS, SPECTRA], ids=["2 inks", "4 greys", "6 colours"])
def test_photos_alone_are_dithered(screen: Screen) -> None:
    """Where a page has a photo is told; letters beside it stay clean."""
    page = letters().convert("RGB" if screen.coloured else "L")
    page.paste(photo((90, 80)), (100, 50))
    box = (100, 50, 190, 130)
    inks = to_inks(page, screen, photos=[box])
    whole = to_inks(page, screen, "threshold")
    dots = to_inks(page.crop(box), screen, "dither")
    for y, (found, cut) in enumerate(zip(inks.rows, whole.rows, strict=True)):
        inside = 50 <= y < 130
        assert found[:100] + found[190:] == cut[:100] + cut[190:]
        assert found[100:190] == (dots.rows[y - 50] if inside else cut[100:190])


def test_photos_outside_of_the_page_are_cut() -> None:
    """As is one with no pixels."""
    page = photo()
    dots = to_inks(page, RLCD, "dither")
    assert to_inks(page, RLCD, photos=[(-50, -50, 900, 900)]) == dots
    cut = to_inks(page, RLCD, "threshold")
    assert to_inks(page, RLCD, photos=[(300, 300, 400, 400), (20, 20, 20, 90)]) == cut


def test_shades_between_four_greys_are_found() -> None:
    """A flat area of a grey that the screen has is none."""
    page = blank("L")
    page.paste(85, (0, 0, 100, 200))
    assert has_grey_areas(page)
    assert not has_grey_areas(page, 4)
    page.paste(120, (0, 0, 100, 200))
    assert has_grey_areas(page, 4)
    page = letters()
    page.paste(85, (0, 0, 30, 200))
    assert to_inks(page, GREYS) == to_inks(page, GREYS, "threshold")
    assert to_inks(page, GREYS) != to_inks(page, GREYS, "dither")


@pytest.mark.parametrize(
    ("turn", "place"), [(0, (0, 0)), (90, (0, 2)), (180, (2, 1)), (270, (1, 0))]
)
def test_a_picture_is_turned_counter_clockwise(turn: Any, place: tuple[int, int]) -> None:
    """The upper left corner of what people see goes there."""
    size = (3, 2) if turn in {0, 180} else (2, 3)
    image = blank("L", (3, 2), 255)
    image.putpixel((0, 0), 0)
    for screen in (
        Screen(*size, "", RLCD.inks, turn),
        Screen(*size, "", (), turn),
    ):
        frame = to_frame(image, screen)
        assert (frame.width, frame.height) == size
        plane = frame.pixels if isinstance(frame, IndexFrame) else frame.green
        at = plane.index(0)
        assert (at % size[0], at // size[0]) == place
        assert plane.count(0) == 1


def test_a_screen_of_all_colours_gets_them() -> None:
    """In three planes."""
    frame = to_frame(blank(colour=(1, 20, 255)), Screen(200, 200, "rgb565-be", ()))
    assert isinstance(frame, ColourFrame)
    planes = (frame.red, frame.green, frame.blue)
    assert planes == tuple(bytes((byte,)) * 40_000 for byte in (1, 20, 255))


def test_the_thinnest_line_of_a_measured_ink_is_found() -> None:
    """On a large page too: by its hue alone this dark green would be black."""
    native = PROFILES["eink-1600x1200"]
    page = blank("RGB", (1200, 1600))
    page.paste((58, 91, 70), (1, 0, 2, 1600))
    inks = to_inks(page, native, "threshold")
    assert inks.pixels.count(number(native, "green")) == 1600
