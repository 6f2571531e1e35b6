"""Peaks that are kept by content."""

import os
import shutil
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from media.audio import peak as peak_module
from media.audio.peak import Peaks, lower_priority
from media.audio.sound import SoundError
from tests.media.audio.sounds import sine, wav


def test_known_after_it_was_measured_and_after_a_restart(tmp_path: Path) -> None:
    """And not before."""
    file = wav(tmp_path / "x.wav", sine(0.3, amplitude=1234))
    peaks = Peaks(tmp_path / "data/media.sqlite")
    assert peaks.known(file) is None
    assert peaks.measure(file) == 1234
    assert peaks.known(file) == 1234
    assert Peaks(tmp_path / "data/media.sqlite").known(file) == 1234
    assert peaks.known(tmp_path / "gone.wav") is None


def test_another_content_is_another_peak(tmp_path: Path) -> None:
    """Also with the same size, and with the time of change put back."""
    file = wav(tmp_path / "x.wav", sine(0.3, amplitude=1000))
    peaks = Peaks(tmp_path / "media.sqlite")
    peaks.measure(file)
    before = file.stat()
    wav(tmp_path / "new.wav", sine(0.3, amplitude=2000)).replace(file)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert peaks.known(file) is None, "it has another inode"
    assert peaks.measure(file) == 2000


def test_moved_or_touched_it_is_not_decoded_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its hash is known."""
    file = wav(tmp_path / "x.wav", sine(0.3, amplitude=1000))
    peaks = Peaks(tmp_path / "media.sqlite")
    peaks.measure(file)
    moved = Path(shutil.copy(file, tmp_path / "y.wav"))
    os.utime(file, (1, 1))
    assert peaks.known(moved) is None
    assert peaks.known(file) is None
    monkeypatch.setattr(peak_module, "_scan", lambda _: pytest.fail("decoded again"))
    for each in (moved, file):
        assert peaks.measure(each) == 1000
        assert peaks.known(each) == 1000


def test_changed_while_it_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is kept of it."""
    file = wav(tmp_path / "x.wav", sine(0.3, amplitude=1000))
    peaks = Peaks(tmp_path / "media.sqlite")
    scan = peak_module._scan

    def scan_slowly(measured: Path) -> int:
        found = scan(measured)
        wav(file, sine(0.2, amplitude=3000))
        return found

    monkeypatch.setattr(peak_module, "_scan", scan_slowly)
    with pytest.raises(SoundError, match="changed"):
        peaks.measure(file)
    assert peaks.known(file) is None
    monkeypatch.undo()
    assert peaks.measure(file) == 3000


def test_no_more_files_are_kept_than_is_sensible(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one measured longest ago is forgotten, and its peak with it."""
    monkeypatch.setattr(peak_module, "_MOST_FILES", 3)
    peaks = Peaks(tmp_path / "media.sqlite")
    files = [
        wav(tmp_path / f"{number}.wav", sine(0.05, amplitude=1000 + number)) for number in range(5)
    ]
    for file in files:
        peaks.measure(file)
    assert [peaks.known(file) is not None for file in files] == [False] * 2 + [True] * 3
    with sqlite3.connect(tmp_path / "media.sqlite") as base:
        assert base.execute("SELECT count(*) FROM sound_peak").fetchone() == (3,)
    base.close()


def test_several_threads_at_once(tmp_path: Path) -> None:
    """Each with a connection of its own."""
    peaks = Peaks(tmp_path / "media.sqlite")
    files = [wav(tmp_path / f"{n}.wav", sine(0.05, amplitude=1000 + n)) for n in range(16)]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(peaks.measure, files)) == [1000 + n for n in range(16)]
        assert list(pool.map(peaks.known, files)) == [1000 + n for n in range(16)]


def test_a_broken_database_is_an_error_to_be_caught(tmp_path: Path) -> None:
    """A file that is none."""
    file = wav(tmp_path / "x.wav", sine(0.1))
    with pytest.raises(sqlite3.Error):
        Peaks(file).known(file)


def test_only_the_measuring_thread_steps_back() -> None:
    """The others stay as they were."""
    with ThreadPoolExecutor(1, initializer=lower_priority) as pool:
        there = pool.submit(lambda: os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        assert there.result() == 19
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) < 19
