"""Files that somebody may put among the photos: broken, monstrous, or only odd."""

import io
import struct
import zlib
from collections.abc import Callable

from PIL import Image


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(
        ">I", zlib.crc32(kind + content)
    )  # fmt: skip


def _png(width: int, height: int, colour: int, data: bytes, *before: bytes) -> bytes:
    """Return a PNG of 8 bits a sample whose compressed rows are `data`."""
    head = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    chunks = [_chunk(b"IHDR", head), *before, _chunk(b"IDAT", data), _chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _rows(width: int, height: int, samples: int) -> bytes:
    """Return black rows, compressed a row at a time."""
    packer = zlib.compressobj(9)
    row = bytes(1 + width * samples)
    return b"".join(packer.compress(row) for _ in range(height)) + packer.flush()


def red() -> bytes:
    return saved(Image.new("RGB", (160, 120), "red"), "PNG")


def bomb() -> bytes:
    """900 megapixels in 1.3 kB."""
    return _png(30_000, 30_000, 2, zlib.compress(bytes(1_000_000)))


def hundred_megapixels() -> bytes:
    """400 MB when it is decoded."""
    return _png(10_000, 10_000, 2, _rows(10_000, 10_000, 3))


def text_bomb() -> bytes:
    """A comment that is 150 MB when it is unpacked."""
    packer = zlib.compressobj(9)
    million = bytes(1_000_000)
    packed = b"".join(packer.compress(million) for _ in range(150)) + packer.flush()
    text = _chunk(b"zTXt", b"Comment\0\0" + packed)
    return _png(160, 120, 2, _rows(160, 120, 3), text)


def truncated() -> bytes:
    return saved(Image.effect_noise((800, 600), 80).convert("RGB"), "JPEG")[:20_000]


def progressive_100() -> bytes:
    """A JPEG of several scans is held at full size; a header is enough to know."""
    small = saved(Image.new("RGB", (64, 64), "red"), "JPEG", progressive=True)
    at = small.index(b"\xff\xc2")
    return small[: at + 5] + struct.pack(">HH", 10_000, 10_000) + small[at + 9 :]


def text() -> bytes:
    return b"root:x:0:0:root:/root:/bin/bash\n" * 100


def empty() -> bytes:
    return b""


REFUSED: tuple[Callable[[], bytes], ...] = (
    bomb, hundred_megapixels, text_bomb, truncated, progressive_100, text, empty,
)  # fmt: skip


def animated() -> bytes:
    frames = [Image.new("RGB", (160, 120), colour) for colour in ("red", "lime", "blue")]
    return saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=50, loop=0)


def cmyk() -> bytes:
    return saved(Image.new("CMYK", (160, 120), (0, 255, 255, 0)), "JPEG", quality=95)


def sixteen_bits() -> bytes:
    return saved(Image.new("I;16", (160, 120), 65_535), "PNG")


def broken_exif() -> bytes:
    image = Image.new("RGB", (160, 120), "red")
    return saved(image, "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff" + bytes(range(40)))


def odd_orientation() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 99
    return saved(Image.new("RGB", (160, 120), "red"), "JPEG", exif=exif.tobytes())


SHOWN: tuple[Callable[[], bytes], ...] = (
    animated, cmyk, sixteen_bits, broken_exif, odd_orientation,
)  # fmt: skip
