"""The files of photos: which are given, and as what."""

import os
from pathlib import Path

import pytest

from media.http.photo_file import any_of, kind_of
from tests.media.bitmap.pictures import halves, saved


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "BMP", "WEBP"])
def test_a_kind_is_told_by_what_the_file_holds(form: str) -> None:
    assert kind_of(saved(halves(), form)) == f"image/{form.lower()}"


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1", "image/heic"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0heic", "image/heif"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0isom", None),
        (b"RIFF\0\0\0\0WAVEfmt ", None),
        (b"root:x:0:0:", None),
        (b"<svg onload=alert(1)>", None),
        (b"", None),
    ],
)
def test_other_kinds(head: bytes, kind: str | None) -> None:
    assert kind_of(head) == kind


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_only_pictures_are_opened(tmp_path: Path) -> None:
    """Whatever they are called; nothing is waited for, and nothing stays open."""
    names = [tmp_path / f"{number}.jpg" for number in range(7)]
    names[0].write_text("root:x:0:0")
    names[1].mkdir()
    os.mkfifo(names[2])
    names[3].symlink_to("/etc/passwd")
    names[4].symlink_to("/dev/zero")
    names[5].write_bytes(b"")
    before = open_files()
    assert any_of([*names, Path("a\0b")]) is None
    assert open_files() == before
    names[6].write_bytes(saved(halves()))
    opened = any_of(names)
    assert opened is not None
    assert (opened.kind, opened.size) == ("image/png", names[6].stat().st_size)
    os.close(opened.file)


def test_without_photos_there_is_none() -> None:
    assert any_of([]) is None
