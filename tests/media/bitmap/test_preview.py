"""Frames as people see them."""

import io
import random

import pytest
from PIL import Image, ImageChops

from media.bitmap.frame import ColourFrame, IndexFrame
from media.bitmap.ink import to_frame, to_inks
from media.bitmap.preview import MOST_BYTES, preview
from media.bitmap.profiles import PROFILES
from media.bitmap.screen import RLCD, Ink, Screen


def test_a_small_frame_is_shown_pixel_for_pixel() -> None:
    """In the colours of the screen's inks."""
    screen = Screen(2, 1, "", (Ink("night", (10, 20, 30)), Ink("day", (200, 210, 220))))
    data = preview(IndexFrame(2, 1, b"\x01\x00"), screen)
    assert data.startswith(b"\x89PNG")
    shown = Image.open(io.BytesIO(data)).convert("RGB")
    assert shown.tobytes() == bytes((200, 210, 220, 10, 20, 30))


def test_a_large_frame_is_made_smaller() -> None:
    """To 480 pixels and 64 kB, even if it is noise."""
    dice = random.Random(7)
    noise = IndexFrame(1600, 1200, bytes(dice.choices(range(2), k=1600 * 1200)))
    data = preview(noise, RLCD)
    shown = Image.open(io.BytesIO(data))
    assert len(data) <= MOST_BYTES
    assert max(shown.size) <= 480
    assert shown.width / shown.height == pytest.approx(4 / 3, abs=0.01)
    plain = Image.open(io.BytesIO(preview(IndexFrame(800, 480, bytes(384_000)), RLCD)))
    assert plain.size == (480, 288)


def test_a_frame_that_lies_on_its_side_is_shown_upright() -> None:
    """Whichever way it was turned."""
    image = Image.new("L", (3, 2), 255)
    image.putpixel((0, 0), 0)
    for turn in (0, 90, 180, 270):
        size = (3, 2) if turn in {0, 180} else (2, 3)
        screen = Screen(*size, "", RLCD.inks, turn)
        result = Image.open(io.BytesIO(preview(to_inks(image, screen), screen)))
        assert result.convert("L").tobytes() == image.tobytes()


def test_dots_that_are_made_smaller_look_as_light_as_they_are() -> None:
    """Half black and half white are as light as 188, not as 128."""
    board = IndexFrame(960, 960, bytes((x + y) % 2 for y in range(960) for x in range(960)))
    greys = Screen(960, 960, "", (Ink("black", (60,) * 3), Ink("white", (200,) * 3)))
    for screen, shade in ((RLCD, 188), (greys, 152)):
        result = Image.open(io.BytesIO(preview(board, screen)))
        assert result.size == (480, 480)
        assert set(result.convert("L").tobytes()) == {shade}


def test_colours_are_shown_as_they_are() -> None:
    """Also smaller."""
    frame = ColourFrame(600, 2, b"\x10" * 1200, b"\x80" * 1200, b"\xf0" * 1200)
    result = Image.open(io.BytesIO(preview(frame, Screen(600, 2, "", ()))))
    assert result.size == (480, 2)
    assert set(zip(*[iter(result.tobytes())] * 3, strict=True)) == {(0x10, 0x80, 0xF0)}


@pytest.mark.parametrize("name", ["spectra6-1200x1600", "lcd-480x480", "trmnl-x"])
def test_a_photo_is_shown_large(name: str) -> None:
    """As large as may be, with fewer colours where its grain would not fit into 64 kB."""
    screen = PROFILES[name]
    dice = random.Random(3)
    grain = Image.frombytes("L", (480, 480), bytes(dice.choices(range(96, 160), k=480 * 480)))
    grain = grain.resize(screen.size)
    ways = [Image.linear_gradient("L").rotate(90 * turn).resize(screen.size) for turn in range(3)]
    picture = Image.merge("RGB", [ImageChops.add(way, grain, 1, -128) for way in ways])
    data = preview(to_frame(picture, screen, "dither"), screen)
    shown_ = Image.open(io.BytesIO(data))
    assert len(data) <= MOST_BYTES
    assert max(shown_.size) == 480
    assert len(shown_.convert("RGB").getcolors(1 << 18) or []) > 12
