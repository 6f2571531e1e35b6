"""Which file sounds for an alarm."""

import asyncio
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from media.audio.peak import Peaks
from media.sound_file import SoundFiles, usual_files
from tests.media.audio.sounds import sine, wav


@pytest.fixture
def executor() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    folder = tmp_path / "home/assets"
    (folder / "alarm").mkdir(parents=True)
    return folder


def test_usual_files(assets: Path) -> None:
    """alarm_test.wav, then the other WAV files by name, then what else is there."""
    for name in ("b.wav", "z.mp3", "alarm_test.wav", "A.WAV"):
        (assets / "alarm" / name).touch()
    assert [file.name for file in usual_files(assets)] == [
        "alarm_test.wav", "A.WAV", "b.wav", "z.mp3",
    ]  # fmt: skip
    assert usual_files(assets / "none") == []
    for number in range(1000):
        (assets / f"alarm/{number}.wav").touch()
    assert len(usual_files(assets)) == 20


async def test_the_first_that_can_be_played(assets: Path, executor: ThreadPoolExecutor) -> None:
    """Of several broken ones each is told once; what is mended is played."""
    sounds = SoundFiles(assets, Peaks(assets / "x.sqlite"), executor)
    assert (await sounds.open("x.wav")).name == "the built-in tone"
    (assets / "x.wav").write_text("no sound")
    (assets / "alarm/alarm_test.wav").mkdir()
    wav(assets / "alarm/good.wav", sine(0.1))
    assert (await sounds.open("x.wav")).name == str(assets / "alarm/good.wav")
    wav(assets / "x.wav", sine(0.1))
    assert (await sounds.open("x.wav")).name == str(assets / "x.wav")


async def test_what_is_learned_is_used(assets: Path, executor: ThreadPoolExecutor) -> None:
    """The peak comes with the sound; a silent file is passed over once that is known."""
    wav(assets / "quiet.wav", sine(0.1, amplitude=77))
    wav(assets / "silent.wav", bytes(3200))
    wav(assets / "alarm/good.wav", sine(0.1, amplitude=99))
    sounds = SoundFiles(assets, Peaks(assets / "x.sqlite"), executor)
    assert (await sounds.open("quiet.wav")).peak is None
    for name in ("quiet.wav", "silent.wav"):
        await asyncio.to_thread(sounds.learn, name)
    assert (await sounds.open("quiet.wav")).peak == 77
    instead = await sounds.open("silent.wav")
    assert (Path(instead.name).name, instead.peak) == ("good.wav", 99)


async def test_a_disk_that_does_not_answer(
    assets: Path,
    executor: ThreadPoolExecutor,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The tone plays in its place, one thread waits there and no more; later all is well again."""
    wav(assets / "x.wav", sine(0.1))
    sounds = SoundFiles(assets, Peaks(assets / "x.sqlite"), executor)
    answer = threading.Event()
    waiting = []
    real = os.path.lexists

    def lexists(file: Path) -> bool:
        waiting.append(file)
        answer.wait()
        return real(file)

    monkeypatch.setattr(os.path, "lexists", lexists)
    monkeypatch.setattr("media.sound_file._OPEN_SECONDS", 0.05)
    try:
        for _ in range(5):
            assert (await sounds.open("x.wav")).name == "the built-in tone"
        assert len(waiting) == 1
        assert caplog.text.count("does not answer") == 1
    finally:
        answer.set()
    monkeypatch.undo()
    while (sound := await sounds.open("x.wav")).name == "the built-in tone":
        await asyncio.sleep(0)
    assert sound.name == str(assets / "x.wav")
