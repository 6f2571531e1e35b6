"""A folder that changes while it is watched."""

import asyncio
from pathlib import Path

import pytest

from shared.testing import TIMEOUT_SECONDS
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
