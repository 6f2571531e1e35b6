"""What a display shows that has just joined."""

import io

import pytest
from PIL import Image

from media.display.splash import splash

LINES = ("pvx-jqr-cef", "hardware id 6a:6b:9b:a1:cb:38", "800 x 480 pixels", "hub raspberrypi:8000")


@pytest.mark.parametrize("size", [(1200, 1600), (800, 480), (200, 200)])
def test_all_lines_are_there_and_inside(size: tuple[int, int]) -> None:
    """Black on white, with a margin around."""
    image = Image.open(io.BytesIO(splash(LINES, *size)))
    assert image.size == size
    box = image.point([255] * 128 + [0] * 128).getbbox()
    assert box
    assert box[0] > 0.05 * size[0]
    assert box[2] < 0.95 * size[0]
    assert box[3] < size[1]
    rows = [min(image.crop((0, y, size[0], y + 1)).tobytes()) < 128 for y in range(size[1])]
    blocks = sum(now and not before for before, now in zip([False, *rows], rows, strict=False))
    assert blocks >= len(LINES)


def test_the_smallest_display_is_no_trouble() -> None:
    """It shows what it can."""
    assert Image.open(io.BytesIO(splash(LINES, 1, 1))).size == (1, 1)


def test_line_breaks_and_control_characters_are_no_trouble() -> None:
    """Nor are letters that the font has not, and lines that fit nowhere."""
    for line in ("a\nb\r\x00\x1b[2J", "\u4e2d\u6587\U0001f600", "x" * 255, ""):
        assert Image.open(io.BytesIO(splash((line, line), 200, 100))).size == (200, 100)
