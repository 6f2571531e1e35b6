"""From a file to what is published of it: the rows of the dashboard's contract, exactly."""

import io
import random
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from media.bitmap.picture import PictureError
from media.bitmap.prepared import prepare
from media.bitmap.profiles import PROFILES
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


def test_a_picture_that_packs_too_large_gets_fewer_greys() -> None:
    """Noise that does not compress: a quarter of the greys, the darkest and the lightest too."""
    dice = random.Random(5)
    noise = Image.frombytes("L", (1872, 1404), dice.randbytes(1872 * 1404))
    for name, inks in (("trmnl-og-gray4", {0, 255}), ("trmnl-x", {0, 85, 170, 255})):
        screen = PROFILES[name]
        assert screen.most_bytes is not None
        data = saved(noise.crop((0, 0, screen.width, screen.height)))
        without = prepare(data, replace(screen, most_bytes=None)).frame.packed
        assert len(without) > screen.most_bytes
        packed = prepare(data, screen).frame.packed
        assert len(packed) <= screen.most_bytes
        with Image.open(io.BytesIO(packed)) as image:
            assert set(image.convert("L").tobytes()) == inks


def test_a_calm_picture_keeps_all_greys() -> None:
    """It packs small enough."""
    with Image.open(io.BytesIO(prepare(saved(photo()), PROFILES["trmnl-x"]).frame.packed)) as image:
        assert len(set(image.convert("L").tobytes())) == 16


def test_photos_of_a_page_are_told() -> None:
    """In pixels of the screen, as it is seen."""
    page = blank("L")
    page.paste(photo((100, 100)), (50, 50))
    box = (50, 50, 150, 150)
    upright = replace(RLCD, turn=90)
    told = prepare(saved(page), upright, photos=[box]).frame.packed
    assert told != prepare(saved(page), upright, method="threshold").frame.packed
    assert prepare(saved(page), upright, photos=[(0, 0, 1, 1)]).frame.packed != told
