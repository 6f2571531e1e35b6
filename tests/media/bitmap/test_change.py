"""How much of a picture is another."""

import pytest

from media.bitmap.change import changed_pixels


@pytest.mark.parametrize(
    ("before", "after", "count"),
    [
        (b"", b"", 0),
        (b"\x00\x01\x02", b"\x00\x01\x02", 0),
        (b"\x00\x01\x02", b"\x01\x01\x00", 2),
        (bytes(9), b"\xff" * 9, 9),
        (b"\x00\x00", b"\x00\x00\x00", 3),
        (bytes(3) + b"\x05", bytes(4), 1),
    ],
)
def test_changed_pixels(before: bytes, after: bytes, count: int) -> None:
    """Each byte is a pixel, wherever it is; another size is another picture."""
    assert changed_pixels(before, after) == count
