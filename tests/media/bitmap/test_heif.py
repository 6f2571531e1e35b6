"""HEIC: its size by its header alone, and whether it can be opened here."""

import functools
import struct
from pathlib import Path

import pytest

from media.bitmap.header import is_small, picture_size
from media.bitmap.heif import is_installed
from media.bitmap.picture import MOST_BYTES, NoHeifError, PictureError, open_picture
from media.bitmap.screen import RLCD
from media.darkroom import Darkroom
from tests.media.bitmap.pictures import halves

without = pytest.mark.skipif(is_installed(), reason="pillow-heif is installed")


def box(kind: bytes, *content: bytes) -> bytes:
    whole = b"".join(content)
    return struct.pack(">I4s", 8 + len(whole), kind) + whole


def ispe(width: int, height: int) -> bytes:
    return box(b"ispe", bytes(4), struct.pack(">II", width, height))


def header(*properties: bytes) -> bytes:
    """Return the header of a picture, as a phone writes it."""
    meta = box(b"meta", bytes(4), box(b"hdlr", bytes(24)), box(b"iprp", box(b"ipco", *properties)))
    return box(b"ftyp", b"heic", bytes(4), b"mif1heic") + box(b"free", bytes(9)) + meta


TILES = (ispe(512, 512), ispe(4032, 3024), ispe(320, 240))
HEAD = box(b"ftyp", b"heic")
BROKEN = (
    header(), header(*TILES)[:60], header(*TILES)[:30], HEAD, header(bytes(8)),
    HEAD + b"\0\0\0\x01meta", HEAD + b"\xff\xff\xff\xffmeta", header(ispe(0, 300)),
    header(functools.reduce(lambda inner, _: box(b"ipco", inner), range(2000), ispe(3, 4))),
)  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "a.heic"


@without
def test_without_pillow_heif_it_is_said(file: Path) -> None:
    """Of a file; what is sent to a display was never to be one."""
    file.write_bytes(header(*TILES))
    for read in (picture_size, lambda path: open_picture(path, 9, 9)):
        with pytest.raises(NoHeifError, match="is HEIC, and pillow-heif, .* is not installed"):
            read(file)
    with pytest.raises(PictureError, match="is no PNG, JPEG, GIF or WebP"):
        open_picture(file.read_bytes(), 9, 9)


def test_its_size_is_that_of_the_whole(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not that of a tile or a thumbnail; as it is seen."""
    monkeypatch.setattr("media.bitmap.header.is_installed", lambda: True)
    for turns, size in ((b"\0", (4032, 3024)), (b"\1", (3024, 4032)), (b"\3", (3024, 4032))):
        file.write_bytes(header(*TILES, box(b"irot", turns)))
        assert picture_size(file) == size
    assert not is_small(file)  # its libraries are large
    for broken in BROKEN:
        file.write_bytes(broken)
        with pytest.raises(PictureError, match="is broken"):
            picture_size(file)


async def test_it_is_opened_in_a_child(file: Path) -> None:
    """Upright, as its header says; a broken one is said to be so, and one too large refused."""
    heif = pytest.importorskip("pillow_heif")
    heif.from_pillow(halves((300, 200))).save(file, quality=90)
    assert picture_size(file) == (300, 200)
    async with Darkroom() as darkroom:
        pixels = (await darkroom.prepared(file, RLCD, "smart")).frame.packed
        assert (pixels[25 * 100 + 2], pixels[25 * 100 + 22]) == (255, 0)
        file.write_bytes(file.read_bytes()[:400])
        with pytest.raises(PictureError):
            await darkroom.prepared(file, RLCD)
        side = int((MOST_BYTES / 8) ** 0.5) + 10
        heif.from_pillow(halves((side, side))).save(file, quality=10)
        with pytest.raises(PictureError, match="is too large"):
            await darkroom.prepared(file, RLCD)
