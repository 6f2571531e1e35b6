"""The pictures of our own."""

import io
from pathlib import Path

import pytest
from PIL import Image

from media.bitmap.drawing import DRAWINGS, drawn
from media.bitmap.prepared import prepare
from media.bitmap.screen import RLCD

FILES = Path(__file__).parents[3] / "assets/img"


@pytest.mark.parametrize("name", DRAWINGS)
def test_the_files_are_what_is_drawn(name: str) -> None:
    """Pixel for pixel: assets/make_pictures.py was run."""
    with Image.open(FILES / f"{name}.png") as file, Image.open(io.BytesIO(drawn(name))) as fresh:
        assert file.size == fresh.size == (200, 200)
        assert file.convert("L").tobytes() == fresh.convert("L").tobytes()


@pytest.mark.parametrize("name", DRAWINGS)
def test_the_display_shows_them_unchanged(name: str) -> None:
    """They are black and white already, and neither empty nor full."""
    with Image.open(io.BytesIO(drawn(name))) as image:
        white = image.convert("1").tobytes()
    assert prepare(drawn(name), RLCD).frame.packed == bytes(255 - byte for byte in white)
    black = image.convert("L").histogram()[0] / 40_000
    assert 0.1 < black < 0.9
