"""From a file to what is published of it: the rows of the dashboard's contract, exactly."""

from pathlib import Path

import pytest

from media.bitmap.picture import PictureError
from media.bitmap.prepared import prepare
from media.bitmap.screen import RLCD
from tests.media.bitmap.pictures import blank, photo, saved


@pytest.mark.parametrize(("x", "first"), [(0, 0x80), (7, 0x01)])
def test_one_black_pixel_is_one_bit(x: int, first: int) -> None:
    """The leftmost pixel is the highest bit."""
    image = blank()
    image.putpixel((x, 0), (0, 0, 0))
    assert prepare(saved(image), RLCD).frame.packed == bytes([first]) + bytes(4999)


def test_white_and_nothing_are_all_zero() -> None:
    """5000 bytes of it."""
    assert prepare(saved(blank()), RLCD).frame.packed == bytes(5000)
    nothing = blank("RGBA", (64, 64), (0, 0, 0, 0))
    assert prepare(saved(nothing), RLCD).frame.packed == bytes(5000)


def test_any_size_becomes_200_by_200(tmp_path: Path) -> None:
    """From a file too."""
    file = tmp_path / "photo.jpg"
    file.write_bytes(saved(photo((640, 480)), "JPEG"))
    frame = prepare(file, RLCD).frame
    assert (frame.width, frame.height, frame.format) == (200, 200, "mono-hmsb")
    assert len(frame.packed) == 5000
    # contained: 25 white rows above and below
    assert frame.packed[: 25 * 25] == frame.packed[-25 * 25 :] == bytes(625)
    assert prepare(file, RLCD, "cover").frame.packed[:625] != bytes(625)


def test_the_method_can_be_chosen() -> None:
    """A photo cut at one shade has two areas."""
    data = saved(photo())
    cut = prepare(data, RLCD, method="threshold").frame.packed
    assert cut == b"\xff" * cut.count(0xFF) + bytes(cut.count(0))
    assert prepare(data, RLCD).frame.packed == prepare(data, RLCD, method="dither").frame.packed


def test_a_broken_picture_is_refused() -> None:
    """With what is wrong."""
    with pytest.raises(PictureError, match="no PNG"):
        prepare(b"no picture", RLCD)
