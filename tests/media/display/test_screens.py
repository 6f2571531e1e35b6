"""Pictures for the screens of displays."""

import io
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace
from PIL import Image

from media.bitmap.frame import Frame
from media.bitmap.profiles import PROFILES
from media.bitmap.scaling import Fit
from media.display.battery import Battery
from media.display.contact import Contact
from media.display.display import Display
from media.display.screens import (
    calibration_page,
    frame_for,
    frame_size,
    screen_of,
    six_colours,
    two_inks,
)
from tests.media.bitmap.pictures import blank, halves, photo, saved

DISPLAY = Display(
    id="a", hardware_id="1", width=60, height=40, made_at=datetime(2026, 7, 1, tzinfo=UTC)
)
COLOURS = [
    (61, 59, 94),  # blue
    (0, 0, 0),
    (58, 91, 70),  # green
    (255, 255, 255),
    (208, 190, 71),  # yellow
    (156, 72, 75),  # red
]


def test_a_low_battery_marks_what_is_shown() -> None:
    """Unless it is charged, or the mark is not wanted."""
    low = replace(DISPLAY, battery=Battery((3.5,), 5))
    assert screen_of(low).charge_mark
    for other in (
        DISPLAY, replace(low, shows_battery=False), replace(low, contact=Contact(charging=True)),
    ):  # fmt: skip
        assert not screen_of(other).charge_mark


@pytest.mark.parametrize(
    ("registered", "size"),
    [
        ((1200, 1600), (1600, 1200)),
        ((800, 480), (800, 480)),
        ((480, 800), (800, 480)),
        ((4999, 4999), (2449, 2449)),
        ((4999, 1), (4999, 1)),
    ],
)
def test_size(registered: tuple[int, int], size: tuple[int, int]) -> None:
    """A display that stands upright takes its picture turned; a huge one smaller."""
    assert frame_size(*registered) == size


def in_colours(picture: bytes, width: int, height: int, fit: Fit = "contain") -> Frame:
    return frame_for(picture, six_colours(width, height), fit)


def shown(packed: bytes) -> Image.Image:
    return Image.open(io.BytesIO(packed))


@pytest.mark.parametrize("number", range(6))
def test_each_colour_is_its_number(number: int) -> None:
    """In the order that clients rely on."""
    frame = in_colours(saved(blank(colour=COLOURS[number])), 20, 10, "cover")
    assert set(shown(frame.packed).tobytes()) == {number}


def test_an_upright_picture_is_turned_counter_clockwise() -> None:
    """What is above is then on the left."""
    picture = blank(size=(100, 200))
    picture.paste("black", (0, 0, 100, 100))
    image = shown(in_colours(saved(picture), 10, 20).packed)
    assert image.size == (20, 10)
    assert [image.getpixel((x, 5)) for x in (0, 9, 10, 19)] == [1, 1, 3, 3]


def test_letters_and_lines_have_no_dots() -> None:
    """Photos have."""
    flat = shown(in_colours(saved(halves().convert("L")), 200, 200).packed)
    assert flat.tobytes() == (bytes([1]) * 100 + bytes([3]) * 100) * 200
    shades = shown(in_colours(saved(photo()), 200, 200).packed).tobytes()
    middle = shades[100 * 200 : 101 * 200]
    assert len(set(middle)) > 1


def test_the_version_is_that_of_the_bytes() -> None:
    """The same for the same picture."""
    one, two = (in_colours(saved(photo()), 20, 10) for _ in range(2))
    assert one.version == two.version != in_colours(saved(halves()), 20, 10).version
    assert (one.width, one.height, one.format) == (20, 10, "png-native")


def test_a_profile_decides_the_screen() -> None:
    """Without one, or with one that is not known any more, it is six colours in its own size."""
    assert screen_of(DISPLAY) == six_colours(60, 40)
    assert screen_of(replace(DISPLAY, profile="gone")) == six_colours(60, 40)
    screen = screen_of(replace(DISPLAY, profile="trmnl-og"))
    assert screen == PROFILES["trmnl-og"]
    frame = frame_for(saved(photo()), screen)
    assert (frame.width, frame.height, frame.format) == (800, 480, "png-gray1")
    assert len(frame.packed) <= 90_000


@pytest.mark.parametrize(
    ("size", "expected"),
    [((600, 800), (600, 800)), ((16, 4999), (16, 4999)), ((4999, 4999), (2449, 2449))],
)
def test_a_trmnl_device_of_any_size(size: tuple[int, int], expected: tuple[int, int]) -> None:
    """Takes PNG of one bit, as it stands."""
    width, height = size
    screen = screen_of(replace(DISPLAY, kind="trmnl", width=width, height=height))
    assert screen is two_inks(*size)
    assert (screen.width, screen.height, screen.format, screen.turn) == (*expected, "png-gray1", 0)


def test_a_limit_is_kept_where_it_can_be() -> None:
    """A screen with more pixels than that belongs to a device with more memory."""
    assert two_inks(800, 480) == PROFILES["trmnl-og"]
    assert two_inks(1448, 1072).most_bytes is None


def test_a_screen_as_its_owner_has_turned_and_measured_it() -> None:
    """Inks that it does not have, or that cannot be so, are left out."""
    display = replace(DISPLAY, profile="spectra6-800x480", rotation=90)
    assert screen_of(display).size == (480, 800)
    assert screen_of(replace(display, profile="eink-1600x1200", rotation=270)).turn == 0
    measured = replace(display, calibration={"white": (230, 230, 230), "pink": (1, 2, 3)})
    inks = {ink.name: ink.rgb for ink in screen_of(measured).inks}
    assert (inks["white"], "pink" in inks) == ((230, 230, 230), False)
    assert screen_of(measured) is screen_of(measured)
    wrong = replace(display, calibration={"white": (0, 0, 0)})
    assert screen_of(wrong) == screen_of(display)


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_each_profile_has_a_calibration_page(profile: str) -> None:
    """With a preview for people."""
    screen = PROFILES[profile]
    page = calibration_page(screen)
    assert (page.frame.width, page.frame.height) == (screen.width, screen.height)
    assert page.frame.packed
    assert max(shown(page.preview).size) <= 480
