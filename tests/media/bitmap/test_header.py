"""What the header of a picture tells: read alone, however long the file is."""

import os
import struct
from pathlib import Path

import pytest
from PIL import Image

from media.bitmap import header
from media.bitmap.header import is_small, picture_size
from media.bitmap.picture import PictureError
from tests.media.bitmap.pictures import blank, saved

LIMIT = 20_000


@pytest.fixture(autouse=True)
def limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(header, "_MOST_HEADER_BYTES", LIMIT)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "BMP"])
def test_the_picture_behind_it_is_not_read(form: str, tmp_path: Path) -> None:
    """It may be larger than what is read of a file."""
    noise = Image.frombytes("L", (300, 200), os.urandom(60_000)).convert("RGB")
    (tmp_path / "a").write_bytes(saved(noise, form))
    assert (tmp_path / "a").stat().st_size > LIMIT
    assert picture_size(tmp_path / "a") == (300, 200)
    assert is_small(tmp_path / "a")


def test_a_header_without_end_is_not_kept(tmp_path: Path) -> None:
    """What stands before the picture, and a WebP as a whole, would fill the memory of media."""
    png, jpeg = saved(blank()), saved(blank(), "JPEG")
    long = struct.pack(">I4s", LIMIT, b"prVt") + bytes(LIMIT + 4)
    comment = b"\xff\xfe" + struct.pack(">H", 10_002) + bytes(10_000)
    for content in (
        png[:33] + long + png[33:],
        jpeg[:2] + 3 * comment + jpeg[2:],
        saved(blank(), "WEBP") + bytes(LIMIT),
    ):
        (tmp_path / "a").write_bytes(content)
        with pytest.raises(PictureError, match="its header has no end"):
            picture_size(tmp_path / "a")
