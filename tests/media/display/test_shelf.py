"""The pictures that were pushed, on a real disk."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from media.database import connected
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


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that may not grow keeps what it had."""
    file = tmp_path / "media.sqlite"
    Shelf(file).put("a", b"a")
    full = Shelf(file)

    @contextmanager
    def limited(path: Path, *tables: str) -> Iterator[sqlite3.Connection]:
        with connected(path, *tables) as base:
            pages = base.execute("PRAGMA page_count").fetchone()[0]
            base.execute(f"PRAGMA max_page_count = {pages}")
            yield base

    monkeypatch.setattr(module, "connected", limited)
    full.put("b", b"b" * 1_000_000)
    assert full.read("b") == b"b" * 1_000_000
    assert Shelf(file).read("b") is None
    assert Shelf(file).read("a") == b"a"


def test_a_place_that_cannot_be_looked_at_ends_nothing(tmp_path: Path) -> None:
    """As where the folder is another's; here its name is too long."""
    shelf = Shelf(tmp_path / ("x" * 300) / "media.sqlite")
    shelf.put("a", b"1")
    shelf.keep({"a"})
    assert shelf.read("a") == b"1"
