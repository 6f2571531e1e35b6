"""Which part of a picture is kept."""

import pytest
from PIL import Image, ImageDraw

from media.bitmap.saliency import kept_box


def scene(size: tuple[int, int], at: tuple[int, int], spread: int = 40) -> Image.Image:
    """Return a plain picture with something to see at one place."""
    image = Image.new("RGB", size, (120, 160, 200))
    pen = ImageDraw.Draw(image)
    for step in range(-spread, spread, 4):
        pen.line((at[0] + step, at[1] - spread, at[0] + step, at[1] + spread), fill="black")
    return image


@pytest.mark.parametrize("x", [60, 200, 300, 540])
def test_what_is_to_be_seen_is_kept(x: int) -> None:
    """Wherever it is; the box stays inside."""
    left, top, right, bottom = kept_box(scene((600, 200), (x, 100)), 200, 200)
    assert left <= max(0, x - 45)
    assert min(600, x + 45) <= right
    assert right - left == pytest.approx(200)
    assert (top, bottom) == (0, 200)
    assert 0 <= left <= 400


@pytest.mark.parametrize("y", [60, 300, 540])
def test_of_upright_pictures_too(y: int) -> None:
    """Rows are cut above or below."""
    left, top, right, bottom = kept_box(scene((200, 600), (100, y)), 200, 200)
    assert top <= y - 40 < y + 40 <= bottom
    assert (left, right) == (0, 200)


def test_where_there_is_nothing_to_see_the_middle_is_kept() -> None:
    """Of an upright picture a little above."""
    assert kept_box(Image.new("L", (600, 200)), 200, 200)[0] == pytest.approx(200, abs=7)
    assert 130 < kept_box(Image.new("L", (200, 600)), 200, 200)[1] < 190


@pytest.mark.parametrize("size", [(1, 1), (3, 1), (1, 900), (2, 5)])
def test_tiny_ones_are_no_trouble(size: tuple[int, int]) -> None:
    """Nothing is looked for there."""
    side = min(size)
    left, top, right, bottom = kept_box(Image.new("RGB", size), side, side)
    assert 0 <= left <= right <= size[0]
    assert 0 <= top <= bottom <= size[1]


def test_a_picture_of_the_right_shape_is_kept_whole() -> None:
    """There is nothing to decide."""
    assert kept_box(scene((300, 200), (20, 20), 10), 300, 200) == (0, 0, 300, 200)
