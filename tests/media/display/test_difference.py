"""How much of a packed picture is another than before."""

import pytest

from media.bitmap.frame import Frame, IndexFrame
from media.bitmap.pack import FORMATS, pack
from media.display.difference import difference, has_two_inks

WIDTH, HEIGHT = 13, 11  # no multiple of 8


def framed(form: str, pixels: bytes) -> Frame:
    return pack(IndexFrame(WIDTH, HEIGHT, pixels), FORMATS[form])


@pytest.mark.parametrize(
    ("form", "inks"),
    [
        ("mono-hmsb", 2), ("mono-hlsb-white", 2), ("mono-vlsb", 2), ("bmp", 2), ("png-gray1", 2),
        ("png-gray2", 4), ("gray2-low", 4), ("gray4", 16), ("png-gray4", 16), ("gray8", 256),
    ],
)  # fmt: skip
@pytest.mark.parametrize("changed", [0, 1, 57, WIDTH * HEIGHT])
def test_each_pixel_is_counted(form: str, inks: int, changed: int) -> None:
    """In every format that a screen with partial refreshes takes."""
    before = bytes(number % inks for number in range(WIDTH * HEIGHT))
    after = bytes(
        (ink + inks // 2) % inks if place < changed else ink for place, ink in enumerate(before)
    )
    found = difference(framed(form, before), framed(form, after))
    assert found is not None
    assert found.share == pytest.approx(changed / (WIDTH * HEIGHT))
    assert found.two_inks == (inks == 2)


@pytest.mark.parametrize(("form", "inks"), [("gray2", 4), ("png-gray4", 16), ("gray8", 256)])
def test_greys_are_seen(form: str, inks: int) -> None:
    """One dot of them is enough."""
    pixels = bytes((inks - 1) * (number % 2) for number in range(WIDTH * HEIGHT))
    assert has_two_inks(framed(form, pixels))
    assert not has_two_inks(framed(form, pixels[:-1] + b"\x01"))


def test_what_is_not_read_is_not_known() -> None:
    """Colours; another size; another format."""
    before, after = (framed("planes-colour", bytes([ink]) * WIDTH * HEIGHT) for ink in (0, 1))
    assert difference(before, after) is None
    assert not has_two_inks(before)
    mono = framed("mono-hmsb", bytes(WIDTH * HEIGHT))
    assert difference(mono, framed("gray4", bytes(WIDTH * HEIGHT))) is None
    assert difference(mono, Frame(8, 8, "mono-hmsb", bytes(8))) is None
