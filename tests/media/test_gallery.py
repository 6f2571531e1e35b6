"""Pictures from files that come, change, break and go."""

import asyncio
import logging
import os
from pathlib import Path

import pytest

from media import gallery as module
from media.bitmap.drawing import drawn
from media.bitmap.prepared import Prepared, prepare
from media.bitmap.screen import RLCD, Screen
from media.gallery import Gallery
from shared.testing import TIMEOUT_SECONDS
from tests.media.bitmap.pictures import blank, halves, photo, saved


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    """A folder `assets` in a home of its own."""
    (tmp_path / "assets/img").mkdir(parents=True)
    return tmp_path / "assets"


def packed(data: bytes) -> bytes:
    return prepare(data, RLCD).frame.packed


def messages(caplog: pytest.LogCaptureFixture) -> list[str]:
    found = [record.getMessage() for record in caplog.records]
    caplog.clear()
    return found


def watched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that gets the name of each file that is opened from now on."""
    opened: list[str] = []

    def watch(path: Path, screen: Screen) -> Prepared:
        opened.append(path.name)
        return prepare(path, screen)

    monkeypatch.setattr(module, "prepare", watch)
    return opened


async def shown(gallery: Gallery, *names: str, last: str = "idle") -> bytes:
    async with asyncio.timeout(TIMEOUT_SECONDS):
        return (await gallery.picture(names, last)).frame.packed


async def test_a_file_is_found_where_the_older_dashboard_had_it(
    assets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Below assets, below the working directory, beside assets, or by its absolute path."""
    (assets / "img/a.png").write_bytes(saved(halves()))
    (assets.parent / "here").mkdir()
    (assets.parent / "here/b.png").write_bytes(saved(photo()))
    monkeypatch.chdir(assets.parent / "here")
    gallery = Gallery(assets, RLCD)
    for name in ("img/a.png", "assets/img/a.png", str(assets / "img/a.png")):
        assert await shown(gallery, name) == packed(saved(halves()))
    assert await shown(gallery, "b.png") == packed(saved(photo()))


async def test_a_missing_file_falls_back_and_is_said_once(
    assets: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """To the next name, and to a drawing at last; its return is told too."""
    caplog.set_level(logging.INFO)
    (assets / "img/idle.png").write_bytes(saved(halves()))
    gallery = Gallery(assets, RLCD)
    for _ in range(3):
        assert await shown(gallery, "gone.png", "img/idle.png") == packed(saved(halves()))
    assert messages(caplog) == ["picture gone.png: is not there; in its place: img/idle.png"]
    (assets / "img/idle.png").unlink()
    for _ in range(3):
        assert await shown(gallery, "gone.png", "img/idle.png", last="on_alarm") == packed(
            drawn("on_alarm")
        )
    assert messages(caplog) == [
        "picture img/idle.png: is not there; in its place: a drawing of our own"
    ]
    (assets / "gone.png").write_bytes(saved(photo()))
    assert await shown(gallery, "gone.png", "img/idle.png") == packed(saved(photo()))
    assert messages(caplog) == ["picture gone.png: shown again"]


async def test_a_broken_file_falls_back_and_is_opened_once(
    assets: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A truncated file, a folder, a pipe, and a name that cannot be one."""
    (assets / "cut.png").write_bytes(saved(photo())[:200])
    (assets / "folder.png").mkdir()
    os.mkfifo(assets / "pipe.png")
    gallery = Gallery(assets, RLCD)
    await shown(gallery)
    opened = watched(monkeypatch)
    for _ in range(3):
        await shown(gallery, "cut.png", "folder.png", "pipe.png", "\x00")
    assert opened == ["cut.png"]
    told = messages(caplog)
    assert len(told) == 4
    assert told[0].startswith("picture cut.png: is broken (image file is truncated")
    assert told[1] == "picture folder.png: is not there; in its place: pipe.png"


async def test_a_file_that_changed_is_made_ready_again(
    assets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And one that did not is not opened."""
    file = assets / "a.png"
    file.write_bytes(saved(halves()))
    gallery = Gallery(assets, RLCD)
    assert await shown(gallery, "a.png") == packed(saved(halves()))
    other = assets / "other"
    other.write_bytes(saved(photo()))
    other.replace(file)  # as editors save
    assert await shown(gallery, "a.png") == packed(saved(photo()))

    opened = watched(monkeypatch)
    assert await shown(gallery, "a.png") == packed(saved(photo()))
    assert not opened


async def test_what_is_kept_is_bounded(assets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The picture that was unused for longest is made ready anew."""
    monkeypatch.setattr(module, "_MOST_PICTURES", 2)
    opened = watched(monkeypatch)
    for name in "abc":
        (assets / name).write_bytes(saved(blank("L", (8, 8))))
    gallery = Gallery(assets, RLCD)
    for name in ("a", "b", "a", "c", "a", "b"):
        await shown(gallery, name)
    assert opened == ["a", "b", "c", "b"]
