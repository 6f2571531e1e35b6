"""Every format of the table, against readers that go pixel by pixel."""

import random
import re

import pytest

from media.bitmap.frame import ColourFrame, IndexFrame
from media.bitmap.layout import Rows
from media.bitmap.pack import FORMATS, Format, pack
from tests.media.bitmap.unpacked import COLOURS, INKS

MONO = FORMATS["mono-hmsb"]
HEIGHT = 11  # no multiple of eight either


def inks_at_random(width: int, count: int) -> IndexFrame:
    dice = random.Random(f"{width} {count}")
    pixels = bytes(dice.randrange(count) for _ in range(width * HEIGHT))
    return IndexFrame(width, HEIGHT, pixels)


def test_each_format_has_a_reader() -> None:
    """So that none goes untested."""
    assert {*INKS, *COLOURS, "jpeg"} == {*FORMATS}


def test_files_have_their_media_type() -> None:
    """For HTTP; devices such as TRMNL's tell by it alone how to decode."""
    kinds = {name: form.media_type for name, form in FORMATS.items()}
    kinds = {name: kind for name, kind in kinds.items() if kind != "application/octet-stream"}
    assert kinds == {
        "png-native": "image/png", "png-gray1": "image/png", "png-gray2": "image/png",
        "png-gray4": "image/png", "bmp": "image/bmp", "jpeg": "image/jpeg",
    }  # fmt: skip


@pytest.mark.parametrize("width", [1, 2, 7, 8, 9, 200, 201])
@pytest.mark.parametrize("name", INKS)
def test_inks_that_are_packed_can_be_read_back(name: str, width: int) -> None:
    """Also at widths and heights that do not fill their last byte."""
    count, read = INKS[name]
    frame = inks_at_random(width, count)
    packed = pack(frame, FORMATS[name])
    assert (packed.width, packed.height, packed.format) == (width, HEIGHT, name)
    assert read(packed.packed, width, HEIGHT) == list(frame.pixels)


@pytest.mark.parametrize("width", [1, 7, 201])
@pytest.mark.parametrize("name", COLOURS)
def test_colours_that_are_packed_can_be_read_back(name: str, width: int) -> None:
    """As near as 16 bits can be, without any shift to the dark or the light."""
    tolerance, read = COLOURS[name]
    dice = random.Random(width)
    red, green, blue = (dice.randbytes(width * HEIGHT) for _ in range(3))
    packed = pack(ColourFrame(width, HEIGHT, red, green, blue), FORMATS[name]).packed
    found = read(packed)
    wanted = list(zip(red, green, blue, strict=True))
    assert len(found) == len(wanted)
    errors = [
        a - b
        for one, other in zip(found, wanted, strict=True)
        for a, b in zip(one, other, strict=True)
    ]
    assert max(map(abs, errors)) <= tolerance
    assert abs(sum(errors)) / len(errors) < 1


def test_the_dashboard_has_black_as_1_and_the_left_pixel_first() -> None:
    """0 is black ink: the first pixel is the highest bit, the eighth the lowest."""
    pixels = bytearray(b"\x01" * 16)
    pixels[0] = pixels[15] = 0
    assert pack(IndexFrame(16, 1, bytes(pixels)), MONO).packed == b"\x80\x01"


def test_red_is_first_in_the_high_byte() -> None:
    """Of ST7789 and ILI9341: F800; the other order is LVGL's."""
    red = ColourFrame(1, 1, b"\xff", b"\x00", b"\x00")
    assert pack(red, FORMATS["rgb565-be"]).packed == b"\xf8\x00"
    assert pack(red, FORMATS["rgb565-le"]).packed == b"\x00\xf8"


@pytest.mark.parametrize("name", INKS)
def test_an_ink_without_a_code_is_refused(name: str) -> None:
    """With the name of the format."""
    count, _ = INKS[name]
    if count == 256:
        return
    with pytest.raises(ValueError, match=rf"^{name} has codes for {count} inks only$"):
        pack(IndexFrame(2, 1, bytes((0, count))), FORMATS[name])


def test_inks_and_colours_are_not_confused() -> None:
    """A frame of the one kind is refused by a format of the other."""
    with pytest.raises(ValueError, match=re.escape("rgb565-be takes colours, not inks")):
        pack(IndexFrame(1, 1, b"\x00"), FORMATS["rgb565-be"])
    with pytest.raises(ValueError, match="mono-hmsb takes inks, not colours"):
        pack(ColourFrame(1, 1, b"\x00", b"\x00", b"\x00"), MONO)
    with pytest.raises(ValueError, match="3 pixels are not 2x2"):
        IndexFrame(2, 2, b"\x00\x00\x00")
    with pytest.raises(ValueError, match="1 pixels are not 2x1"):
        ColourFrame(2, 1, b"\x00\x00", b"\x00", b"\x00\x00")


def test_a_format_of_ones_own_can_be_packed() -> None:
    """The table is for those that are known by name."""
    form = Format("own", Rows(4, (9, 4)))
    assert pack(IndexFrame(3, 1, b"\x01\x00\x01"), form).packed == b"\x49\x40"


def test_the_version_is_that_of_the_bytes() -> None:
    """The same on each machine and after each start: devices compare it with what they hold."""
    black = pack(IndexFrame(8, 1, bytes(8)), MONO)
    white = pack(IndexFrame(8, 1, b"\x01" * 8), MONO)
    assert black.version == "6da6440737d89ae8dded8ee4a1259bdd"
    assert black.version != white.version
