"""The pictures that were pushed, on a real disk."""

import sqlite3
from pathlib import Path

import pytest

from media.display import shelf as module
from media.display.shelf import Shelf, picture_name


def test_it_outlives_a_restart(tmp_path: Path) -> None:
    """Byte for byte, beside what others keep in the file."""
    file = tmp_path / "new/media.sqlite"
    Shelf(file).put("a", b"\x00\xff")
    again = Shelf(file)
    assert (again.read("a"), again.read("b")) == (b"\x00\xff", None)
    again.keep({"b"})
    assert Shelf(file).read("a") is None


def test_a_name_is_of_the_bytes() -> None:
    assert picture_name(b"a") == picture_name(b"a") != picture_name(b"b")


def test_the_oldest_are_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was put again counts as new."""
    monkeypatch.setattr(module, "_MOST_KEPT_BYTES", 25)
    shelf = Shelf(tmp_path / "media.sqlite")
    for name in ("a", "b", "a", "c"):
        shelf.put(name, name.encode() * 10)
    assert [shelf.read(name) is not None for name in "abc"] == [True, False, True]


def test_a_disk_that_takes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is there until a restart, within bounds, and that is said once."""
    monkeypatch.setattr(module, "_MOST_HELD_BYTES", 25)
    (tmp_path / "file").write_text("")
    shelf = Shelf(tmp_path / "file/media.sqlite")
    for name in "abc":
        shelf.put(name, name.encode() * 10)
    assert [shelf.read(name) for name in "bc"] == [b"b" * 10, b"c" * 10]
    assert shelf.read("a") is None
    assert caplog.text.count("after a restart they are gone") == 1
    shelf.keep({"c"})
    assert shelf.read("b") is None


def test_a_full_disk(tmp_path: Path) -> None:
    """A database that may not grow keeps what it had."""
    file = tmp_path / "media.sqlite"
    Shelf(file).put("a", b"a")
    full = Shelf(file)
    opened = full._open

    def limited() -> object:
        return _Limited(opened())

    full._open = limited  # type: ignore[method-assign,assignment]
    full.put("b", b"b" * 1_000_000)
    assert full.read("b") == b"b" * 1_000_000
    assert Shelf(file).read("b") is None
    assert Shelf(file).read("a") == b"a"


class _Limited:
    """A database on a disk without room."""

    def __init__(self, opened: object) -> None:
        self._opened = opened

    def __enter__(self) -> sqlite3.Connection:
        base: sqlite3.Connection = self._opened.__enter__()  # type: ignore[attr-defined]
        pages = base.execute("PRAGMA page_count").fetchone()[0]
        base.execute(f"PRAGMA max_page_count = {pages}")
        return base

    def __exit__(self, *error: object) -> object:
        return self._opened.__exit__(*error)  # type: ignore[attr-defined]
