"""Folders that services write in."""

import os
from pathlib import Path

import pytest

from alarms.settings import Settings as Alarms
from mantel.checks import folders
from media.settings import Settings as Media


def test_written_are_those_of_the_settings(tmp_path: Path) -> None:
    settings = [
        Alarms(alarms_config="/etc/mantel/alarms.json"),
        Media(media_state="state/m.sqlite"),
    ]
    assert folders.written(settings, tmp_path) == [
        tmp_path / "data",
        Path("/etc/mantel"),
        tmp_path / "state",
    ]


def test_a_folder_that_is_there_and_one_that_is_not(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    data, config = folders.check({"alarms": Alarms()}, tmp_path)
    assert data.text.startswith(f"{tmp_path}/data: ")
    assert config.text.startswith(f"{tmp_path}/config, which is made when it is needed: ")
    assert config.text.endswith(" free")


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").mkdir(mode=0o500)
    if os.geteuid() == 0:  # root may write everywhere but where the file system is read-only
        monkeypatch.setattr(os, "access", lambda path, _: path != tmp_path / "data")
    (data,) = folders.check({}, tmp_path)
    assert (data.verdict, data.text) == (
        "problem",
        f"{tmp_path}/data cannot be written by this user",
    )
    assert data.advice == f"sudo chown -R $USER {tmp_path}/data"


def test_photos(tmp_path: Path) -> None:
    """Missing and empty matter where a display may show some; one below is enough."""
    folder = tmp_path / "photos"
    missing = folders.photos(folder, True)
    assert missing.verdict == "warning"
    assert missing.advice == f"mkdir -p {folder}, and put photos in it"
    assert folders.photos(folder, False).verdict == "ok"
    (folder / ".hidden").mkdir(parents=True)
    (folder / ".hidden/a.jpg").touch()
    (folder / "README.md").touch()
    empty = folders.photos(folder, True)
    assert empty.text == f"{folder} has none: displays in the mode photo show the idle picture"
    (folder / "summer").mkdir()
    (folder / "summer/A.JPG").touch()
    assert folders.photos(folder, True).verdict == "ok"
    closed = folders.photos(folder / "summer/A.JPG", False)
    assert (closed.verdict, "cannot be read (Not a directory)" in closed.text) == ("warning", True)


@pytest.mark.parametrize(("least", "verdict"), [(0, "warning"), (1 << 60, "problem")])
def test_little_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, least: int, verdict: str
) -> None:
    monkeypatch.setattr(folders, "_FEW_BYTES", 1 << 61)
    monkeypatch.setattr(folders, "_LEAST_BYTES", least)
    (data,) = folders.check({}, tmp_path)
    assert data.verdict == verdict
    assert data.advice is not None
