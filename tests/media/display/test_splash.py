"""What a display shows that has just joined."""

import io

import pytest
from PIL import Image

from media.display.splash import laid_out, splash
from tests.media.reading import MISSING, faults, read

TITLE = "pvx-jqr-cef"
ROWS = (
    ("hub", "http://192.168.178.20:8000"),
    ("hardware id", "6a:6b:9b:a1:cb:38"),
    ("addresses", "192.168.178.20  10.0.0.5"),
    ("screen", "800x480 pixels"),
    ("default mode", "photo"),
    ("host", "raspberrypi"),
)
ALL = [(200, 200), (400, 300), (800, 480), (1200, 1600), (1600, 1200)]


def texts(width: int, height: int) -> list[str]:
    return [text for _, _, text in laid_out(TITLE, ROWS, width, height)]


@pytest.mark.parametrize("size", [(128, 64), (250, 122), *ALL])
def test_all_lines_are_inside_and_can_be_read(size: tuple[int, int]) -> None:
    """Black on white, with a margin around, the name larger than the rest."""
    lines = laid_out(TITLE, ROWS, *size)
    image = Image.open(io.BytesIO(splash(TITLE, ROWS, *size)))
    assert image.size == size
    box = image.point([255] * 128 + [0] * 128).getbbox()
    assert box
    assert box[0] > 0.05 * size[0]
    assert box[2] <= 0.95 * size[0]
    assert box[3] <= size[1]
    rows = [min(image.crop((0, y, size[0], y + 1)).tobytes()) < 128 for y in range(size[1])]
    blocks = sum(now and not before for before, now in zip([False, *rows], rows, strict=False))
    assert blocks >= len(lines) - 1  # of two lines one may reach down to the other
    assert min(each[1] for each in lines) >= 10
    assert lines[0][1] > 1.5 * lines[1][1]


@pytest.mark.parametrize("size", ALL)
def test_there_is_room_for_everything(size: tuple[int, int]) -> None:
    assert texts(*size) == [TITLE, *("  ".join(row) for row in ROWS)]


def test_what_matters_most_is_what_remains() -> None:
    """A small screen has the name, the hub and the hardware id, all whole."""
    assert texts(128, 64) == [TITLE, "192.168.178.20:8000", "6a:6b:9b:a1:cb:38"]
    assert texts(250, 122)[-1] == "default mode  photo"


def test_what_is_too_long_has_its_middle_left_out() -> None:
    long = laid_out("kitchen-" * 8, [("hub", "http://" + "x" * 60 + ".example")], 128, 64)
    assert all("..." in text for _, _, text in long)
    assert long[1][2].startswith("xxx")
    assert long[1][2].endswith(".example")


@pytest.mark.skipif(bool(MISSING), reason=MISSING)
@pytest.mark.parametrize("size", [(128, 64), (296, 128), *ALL])
def test_a_machine_can_read_it(size: tuple[int, int]) -> None:
    """Most of the letters, also of the smallest, which it has not learned."""
    told = read(splash(TITLE, ROWS, *size))
    assert faults(told, "".join(texts(*size)[1:])) < (0.25 if size[0] < 400 else 0.1), told


def test_the_same_is_drawn_from_the_same() -> None:
    assert splash(TITLE, ROWS, 400, 300) == splash(TITLE, ROWS, 400, 300)


@pytest.mark.parametrize("size", [(1, 1), (20, 5), (4, 1600)])
def test_the_smallest_display_is_no_trouble(size: tuple[int, int]) -> None:
    """It shows what it can."""
    assert Image.open(io.BytesIO(splash(TITLE, ROWS, *size))).size == size


def test_line_breaks_and_control_characters_are_no_trouble() -> None:
    """Nor are letters that the font has not, and lines that fit nowhere."""
    for text in ("a\nb\r\x00\x1b[2J", "\u4e2d\u6587\U0001f600", "x" * 255, ""):
        picture = splash(text, [(text, text)], 200, 100)
        assert Image.open(io.BytesIO(picture)).size == (200, 100)
