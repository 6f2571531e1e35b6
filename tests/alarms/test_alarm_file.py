"""alarms.json, as people and their editors treat it."""

import asyncio
import errno
import logging
import os
import shutil
import stat
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

from alarms.alarm_file import AlarmFile, WriteError
from alarms.alarm_text import AlarmText
from alarms.edit import add
from shared.testing import TIMEOUT_SECONDS

ONE = '[{"alarm_time": "0630"}]\n'
TWO = '[{"alarm_time": "0700"}]\n'


def times(text: AlarmText | None) -> list[str] | None:
    return None if text is None else [entry["alarm_time"] for entry in text.entries]


def adding(text: AlarmText) -> AlarmText:
    return add(text, {"alarm_time": "0900"})[0]


async def test_every_way_to_save_is_seen(tmp_path: Path) -> None:
    """In place, by a new file in its place, with the same size and time."""
    path = tmp_path / "alarms.json"
    path.write_text(ONE)
    file = AlarmFile(path, None)
    assert times(await file.look()) == ["0630"]
    assert await file.look() is None
    path.write_text(TWO)
    assert times(await file.look()) == ["0700"]
    (tmp_path / "new").write_text(ONE)
    shutil.copystat(path, tmp_path / "new")
    (tmp_path / "new").rename(path)
    assert times(await file.look()) == ["0630"]
    facts = path.stat()
    path.write_text(TWO)
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert times(await file.look()) == ["0700"]
    subprocess.run(["sed", "-i", "s/0700/0705/", path], check=True)
    assert times(await file.look()) == ["0705"]
    assert await file.look() is None


async def test_a_broken_file_leaves_the_last_good(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """And is said once, with its place; the end of it too."""
    caplog.set_level(logging.INFO)
    path = tmp_path / "alarms.json"
    path.write_text(ONE)
    file = AlarmFile(path, None)
    await file.look()
    for text in ('[\n  {"alarm_time": "0630",}\n]', "", '[\n  {"alarm_time": "0630",}\n]'):
        path.write_text(text)
        assert await file.look() is None
        assert await file.look() is None
    path.write_text(TWO)
    assert times(await file.look()) == ["0700"]
    lines = [each.message for each in caplog.records]
    assert lines[0].startswith(f"{path}: line 2, column ")
    assert lines[0].endswith("; the alarms stay as they were")
    assert (
        lines[1] == f"{path}: it is empty; no alarms are written []; the alarms stay as they were"
    )
    assert lines[3:] == [f"{path}: read again, all right"]


async def test_what_was_good_in_an_earlier_life_counts_when_it_is_broken_at_the_start(
    tmp_path: Path,
) -> None:
    """Only then."""
    path = tmp_path / "alarms.json"
    path.write_bytes(b'[{"alarm_time": "\xff"}]')
    assert times(await AlarmFile(path, TWO).look()) == ["0700"]
    assert await AlarmFile(path, None).look() is None
    path.write_text(ONE)
    assert times(await AlarmFile(path, TWO).look()) == ["0630"]
    path.unlink()
    assert times(await AlarmFile(path, TWO).look()) == []
    away = AlarmFile(tmp_path / "not mounted" / "alarms.json", TWO)
    assert [times(await away.look()) for _ in range(3)] == [["0700"], None, None]
    with pytest.raises(WriteError, match="its folder is not there"):
        await away.change(adding)  # a file of this one alone would hide all others
    (tmp_path / "not mounted").mkdir()
    assert times(await away.look()) == []


async def test_a_file_that_is_away_for_a_moment_is_not_gone(tmp_path: Path) -> None:
    """Some editors take it away before the new one is there."""
    path = tmp_path / "alarms.json"
    path.write_text(ONE)
    file = AlarmFile(path, None)
    await file.look()
    path.rename(tmp_path / "alarms.json~")
    assert [await file.look() for _ in range(2)] == [None, None]
    path.write_text(ONE)
    assert await file.look() is None
    path.unlink()
    assert [times(await file.look()) for _ in range(4)] == [None, None, [], None]
    path.write_text(ONE)
    assert times(await file.look()) == ["0630"]


async def test_it_is_written_whole_and_as_it_was(tmp_path: Path) -> None:
    """Mode and link stay, nothing is left behind."""
    real = tmp_path / "real.json"
    real.write_text(ONE)
    real.chmod(0o640)
    (tmp_path / "sub").mkdir()
    path = tmp_path / "sub" / "alarms.json"
    path.symlink_to(real)
    file = AlarmFile(path, None)
    assert times(await file.change(adding)) == ["0630", "0900"]
    assert path.is_symlink()
    assert real.read_text() == '[{"alarm_time": "0630"}, {"alarm_time": "0900", "repeat": true}]\n'
    assert real.stat().st_mode & 0o777 == 0o640
    assert sorted(each.name for each in tmp_path.rglob("*")) == ["alarms.json", "real.json", "sub"]


async def test_the_first_alarm_makes_the_file(tmp_path: Path) -> None:
    """And its folder."""
    file = AlarmFile(tmp_path / "config" / "alarms.json", None)
    assert times(await file.change(adding)) == ["0900"]
    assert times(await file.look()) == ["0900"]


async def test_a_file_that_stands_alone_in_its_mount_is_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It cannot be replaced."""

    def busy(*_: Any) -> None:
        raise OSError(16, "Device or resource busy")

    path = tmp_path / "alarms.json"
    path.write_text(ONE)
    number = path.stat().st_ino
    monkeypatch.setattr("os.replace", busy)
    await AlarmFile(path, None).change(adding)
    assert path.stat().st_ino == number
    assert times(await AlarmFile(path, None).look()) == ["0630", "0900"]
    assert [each.name for each in tmp_path.iterdir()] == ["alarms.json"]


async def test_what_cannot_be_written_says_why(tmp_path: Path) -> None:
    """A broken file is not touched."""
    path = tmp_path / "alarms.json"
    path.write_text("[")
    with pytest.raises(WriteError, match="is broken .line 1, column 2.*mend it first"):
        await AlarmFile(path, None).change(adding)
    assert path.read_text() == "["
    (tmp_path / "folder").write_text("")
    with pytest.raises(WriteError, match="cannot be"):
        await AlarmFile(tmp_path / "folder" / "alarms.json", None).change(adding)


async def test_what_cannot_be_read_is_said_once_until_it_can(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Also when it comes back as it was; a pipe is not waited for."""
    caplog.set_level(logging.INFO)
    path = tmp_path / "alarms.json"
    path.write_text(ONE)
    file = AlarmFile(path, None)
    await file.look()
    path.rename(tmp_path / "kept")
    for kind in ("folder", "pipe"):
        if kind == "folder":
            path.mkdir()
        else:
            os.mkfifo(path)
        async with asyncio.timeout(TIMEOUT_SECONDS):
            assert [await file.look() for _ in range(2)] == [None, None]
            with pytest.raises(WriteError, match="it is no file"):
                await file.change(adding)
        if kind == "folder":
            path.rmdir()
        else:
            path.unlink()
        shutil.copy2(tmp_path / "kept", path)
        assert [times(await file.look()) for _ in range(2)] == [["0630"], None]
        path.unlink()
    assert [each.message.partition(": ")[2] for each in caplog.records] == [
        "cannot be read (it is no file); the alarms stay as they were",
        "read again, all right",
    ] * 2


async def test_a_change_is_on_the_disk_before_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file, and then its folder: until that has its new name, a power cut undoes the change."""
    path = tmp_path / "alarms.json"
    kept: list[str] = []
    fsync = os.fsync

    def note(opened: int) -> None:
        kept.append("folder" if stat.S_ISDIR(os.fstat(opened).st_mode) and path.exists() else "")
        fsync(opened)

    monkeypatch.setattr(os, "fsync", note)
    await AlarmFile(path, None).change(adding)
    assert kept == ["", "folder"]


async def test_a_disk_without_modes_and_owners_keeps_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As vfat, which refuses the one, and a share that knows neither."""

    def refuse(*_: object) -> None:
        raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))

    monkeypatch.setattr(os, "fchmod", refuse)
    monkeypatch.setattr(os, "fchown", refuse)
    path = tmp_path / "alarms.json"
    path.write_text(ONE)
    assert times(await AlarmFile(path, None).change(adding)) == ["0630", "0900"]
    assert list(tmp_path.iterdir()) == [path]


async def test_a_folder_that_hangs_holds_up_no_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What was good in an earlier life counts until it answers; all alarms waited for it."""
    monkeypatch.setattr("alarms.alarm_file._ANSWER_SECONDS", 0.1)
    caplog.set_level(logging.INFO)
    path = tmp_path / "alarms.json"
    path.write_text(ONE)
    file = AlarmFile(path, TWO)
    answering = threading.Event()
    file._thread.submit(answering.wait, TIMEOUT_SECONDS)
    async with asyncio.timeout(TIMEOUT_SECONDS / 2):
        assert [times(await file.look()) for _ in range(3)] == [["0700"], None, None]
    monkeypatch.undo()
    for _ in range(100):
        with pytest.raises(WriteError, match="does not answer"):
            await file.change(adding)
    assert file._thread._work_queue.qsize() == 1
    answering.set()
    assert [times(await file.look()) for _ in range(2)] == [["0630"], None]
    assert [each.message for each in caplog.records] == [
        f"{tmp_path}: does not answer; the alarms stay as they were",
        f"{tmp_path}: answers again",
    ]


async def test_one_that_is_too_large_is_neither_read_nor_made(tmp_path: Path) -> None:
    """Else it could be written, and never read again."""
    path = tmp_path / "alarms.json"
    path.write_text(" " * (1 << 20) + "[]")
    file = AlarmFile(path, None)
    assert await file.look() is None
    with pytest.raises(WriteError, match="larger than 1048576 bytes"):
        await file.change(adding)
    path.write_text(" " * ((1 << 20) - 2) + "[]")
    assert times(await file.look()) == []
    with pytest.raises(WriteError, match="larger than 1048576 bytes"):
        await file.change(adding)
    assert path.stat().st_size == 1 << 20


async def test_links_in_a_circle_are_an_error_of_the_file(tmp_path: Path) -> None:
    """Not of the program."""
    path = tmp_path / "alarms.json"
    path.symlink_to(path)
    file = AlarmFile(path, None)
    assert await file.look() is None
    with pytest.raises(WriteError, match="cannot be written"):
        await file.change(adding)
