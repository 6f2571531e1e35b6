"""A folder that changes while it is watched."""

import asyncio
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from shared.testing import TIMEOUT_SECONDS, eventually
from ws_bridge import media_folder
from ws_bridge.media_folder import MediaFolder


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media_folder, "_FRESH_SECONDS", 0)


async def test_changes_are_told_once(tmp_path: Path) -> None:
    folder, told = MediaFolder(tmp_path / "media"), []
    folder.changed = lambda: told.append(sorted(folder.found))
    await folder.look()
    assert (folder.found, told) == ({}, [[]])
    version = folder.version
    (tmp_path / "media").mkdir()
    await folder.look()
    assert folder.version == version, "an empty folder is as good as none"
    (tmp_path / "media/001.jpg").write_bytes(b"\xff\xd8\xff")
    (tmp_path / "media/notes.txt").touch()
    (tmp_path / "media/002.jpg").mkdir()
    await folder.look()
    await folder.look()
    assert told == [[], ["001.jpg"]]
    assert folder.found["001.jpg"].head == b"\xff\xd8\xff"
    (tmp_path / "media/001.jpg").write_bytes(b"other")
    await folder.look()
    assert folder.found["001.jpg"].head == b"other"
    assert len(told) == 3


async def test_it_is_watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media_folder, "_LOOK_SECONDS", 0.01)
    folder = MediaFolder(tmp_path)
    watching = asyncio.create_task(folder.watch())
    await asyncio.sleep(0)
    (tmp_path / "001.mp3").write_bytes(b"ID3")
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while "001.mp3" not in folder.found:
            await asyncio.sleep(0.01)
    watching.cancel()


async def test_what_is_wrong_is_said_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = MediaFolder(tmp_path)
    await folder.look()
    for _ in range(3):
        folder.complain(folder.report(1, 1))
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "2 missing or empty, 0 doubtful: 001.jpg, 001.mp3" in caplog.text


async def test_what_stands_beside_the_media_hides_none(tmp_path: Path) -> None:
    """However many files of other names there are, in whatever encoding."""
    for number in range(1100):
        (tmp_path / f"holiday-{number}.jpg").touch()
    Path(os.fsdecode(bytes(tmp_path) + b"/\xff.jpg")).touch()
    for number in (0, 1, 999):
        (tmp_path / f"{number:03}.mp3").write_bytes(b"ID3")
    folder = MediaFolder(tmp_path)
    await folder.look()
    assert sorted(folder.found) == ["000.mp3", "001.mp3", "999.mp3"]


async def test_a_link_out_of_the_folder_is_missing(tmp_path: Path) -> None:
    """It is not served; /health said that all is complete."""
    (tmp_path / "media").mkdir()
    for file in ("elsewhere.mp3", "media/inside.mp3"):
        (tmp_path / file).write_bytes(b"ID3")
    (tmp_path / "media/001.mp3").symlink_to(tmp_path / "elsewhere.mp3")
    (tmp_path / "media/002.mp3").symlink_to("inside.mp3")
    (tmp_path / "media/003.mp3").symlink_to("003.mp3")
    (tmp_path / "link").symlink_to("media")
    folder = MediaFolder(tmp_path / "link")
    await folder.look()
    assert sorted(folder.found) == ["002.mp3"]


async def test_a_folder_that_hangs_takes_one_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often it is asked for: the others read the page's files."""
    go, looks = threading.Event(), []
    scan = media_folder._scan

    def hang(*asked: Any) -> Any:
        looks.append(asked)
        go.wait(TIMEOUT_SECONDS)
        return scan(*asked)

    monkeypatch.setattr(media_folder, "_scan", hang)
    folder = MediaFolder(tmp_path)
    asked = [asyncio.create_task(folder.look()) for _ in range(50)]
    await asyncio.to_thread(eventually, lambda: looks)
    (tmp_path / "001.mp3").write_bytes(b"ID3")
    go.set()
    await asyncio.gather(*asked)
    assert len(looks) == 1
    assert "001.mp3" in folder.found
