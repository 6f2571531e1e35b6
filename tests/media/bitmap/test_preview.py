"""Frames as people see them."""

import io
import random

import pytest
from PIL import Image

from media.bitmap.frame import IndexFrame
from media.bitmap.preview import MOST_BYTES, preview
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
