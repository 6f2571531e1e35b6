"""Picture files, by the fields that firmware looks at."""

import io
import random
import struct

import pytest
from PIL import Image

from media.bitmap.frame import IndexFrame
from media.bitmap.pack import FORMATS, pack

SIZE = (1600, 1200)


def dots(width: int, height: int, inks: int) -> IndexFrame:
    dice = random.Random(width)
    return IndexFrame(width, height, bytes(dice.choices(range(inks), k=width * height)))


def packed(name: str, frame: IndexFrame) -> bytes:
    return pack(frame, FORMATS[name]).packed


def accepted_by_trmnl(bmp: bytes) -> bool:
    """Tell whether the firmware's check of a BMP passes: every field that it reads."""
    kind, _, _, _, offset = struct.unpack("<2sIHHI", bmp[:14])
    _, width, height, planes, bits = struct.unpack("<IiiHH", bmp[14:30])
    compression, size, _, _, colours, _ = struct.unpack("<IIiiII", bmp[30:54])
    return (
        (kind, width, height, planes, bits) == (b"BM", 800, 480, 1, 1)
        and (compression, size, colours) == (0, 48000, 2)
        and offset > 54
        and bmp[54:62] in {b"\0\0\0\0\xff\xff\xff\0", b"\xff\xff\xff\0\0\0\0\0"}
        and len(bmp) == 48062
    )


def test_trmnl_accepts_the_bmp() -> None:
    """Of its own size only."""
    frame = dots(800, 480, 2)
    bmp = packed("bmp", frame)
    assert accepted_by_trmnl(bmp)
    assert not accepted_by_trmnl(packed("bmp", dots(799, 480, 2)))
    # the bottom row first
    assert bmp[62:162] == packed("mono-hmsb-white", frame)[-100:]


@pytest.mark.parametrize("width", [800, 31, 33])
def test_the_bmp_is_the_one_that_pillow_writes(width: int) -> None:
    """Byte by byte: that one has been seen to work."""
    frame = dots(width, 48, 2)
    levels = bytes(255 * ink for ink in frame.pixels)
    file = io.BytesIO()
    Image.frombytes("L", (width, 48), levels).convert("1").save(file, "BMP")
    assert packed("bmp", frame) == file.getvalue()


def chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    at, found = 8, []
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        found.append((kind, png[at + 8 : at + 8 + length]))
        at += length + 12
    return found


def test_the_native_png_has_the_contracts_palette() -> None:
    """Mode P of 8 bits, 256 colours of which six are used, not interlaced, none transparent."""
    frame = dots(*SIZE, 6)
    png = packed("png-native", frame)
    parts = chunks(png)
    assert [kind for kind, _ in parts] == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]
    assert struct.unpack(">IIBBBBB", parts[0][1]) == (*SIZE, 8, 3, 0, 0, 0)
    assert len(parts[1][1]) == 768
    order = [tuple(parts[1][1][at : at + 3]) for at in range(0, 18, 3)]
    assert order == [
        (61, 59, 94), (0, 0, 0), (58, 91, 70), (255, 255, 255), (208, 190, 71), (156, 72, 75),
    ]  # fmt: skip
    with Image.open(io.BytesIO(png)) as image:
        assert (image.mode, image.size, image.info.get("transparency")) == ("P", SIZE, None)
        assert set(image.tobytes()) == {0, 1, 2, 3, 4, 5}
        # the inks black and white
        colours = image.convert("RGB")
    at = frame.pixels.index(0)
    assert colours.getpixel((at % 1600, at // 1600)) == (0, 0, 0)
    at = frame.pixels.index(1)
    assert colours.getpixel((at % 1600, at // 1600)) == (255, 255, 255)


@pytest.mark.parametrize(("name", "bits"), [("png-gray1", 1), ("png-gray2", 2), ("png-gray4", 4)])
def test_the_bits_of_a_grey_png_tell_trmnl_how_to_refresh(name: str, bits: int) -> None:
    """One bit is a partial refresh, two a full one; no palette."""
    parts = chunks(packed(name, dots(800, 480, 1 << bits)))
    assert struct.unpack(">IIBBBBB", parts[0][1]) == (800, 480, bits, 0, 0, 0, 0)
    assert [kind for kind, _ in parts] == [b"IHDR", b"IDAT", b"IEND"]
