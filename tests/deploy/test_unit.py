"""The systemd unit, as far as it can be seen without systemd."""

import os
import pwd
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from deploy import unit

PYTHON = Path("/home/pi/my hub/.venv/bin/python")


@pytest.fixture
def text() -> str:
    return unit.render(Path("/home/pi/my hub"), "pi", PYTHON)


def test_unit_names_folder_user_and_python(text: str) -> None:
    lines = text.splitlines()
    assert "WorkingDirectory=/home/pi/my hub" in lines
    assert "User=pi" in lines
    assert 'ExecStart="/home/pi/my hub/.venv/bin/python" -m deploy.run' in lines
    assert "{" not in text


@pytest.mark.parametrize("name", ["100%", 'a"b', "$HOME", "a\nb"])
def test_path_that_systemd_reads_otherwise_is_refused(name: str) -> None:
    with pytest.raises(unit.RefusedError, match="move the folder"):
        unit.render(Path("/srv") / name, "pi", PYTHON)


def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    python = tmp_path / "python"
    python.symlink_to("/bin/true")
    file = tmp_path / unit.UNIT
    file.write_text(unit.render(tmp_path, pwd.getpwuid(os.getuid()).pw_name, python))
    verified = subprocess.run(
        ["systemd-analyze", "verify", file], capture_output=True, text=True, check=False
    )
    complaints = [line for line in verified.stderr.splitlines() if unit.UNIT in line]
    assert (verified.returncode, complaints) == (0, [])


def test_whoever_called_sudo_runs_it() -> None:
    assert unit.chosen_user({"SUDO_USER": "pi"}, 0) == "pi"
    assert unit.chosen_user({}, 0) == "root"


def test_install_again_and_uninstall_again_below_destdir(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    staged = {"DESTDIR": str(tmp_path)}
    file = tmp_path / "etc/systemd/system/mantel.service"
    for _ in range(2):
        unit.install(staged)
        assert "ExecStart=" in file.read_text()
    for _ in range(2):
        unit.uninstall(staged)
        assert not file.exists()
    assert "data is kept" in capsys.readouterr().out


def test_without_systemd_it_says_so() -> None:
    if Path("/run/systemd/system").is_dir():
        pytest.skip("systemd runs here")
    for action in (unit.install, unit.uninstall):
        with pytest.raises(unit.RefusedError, match="make run"):
            action({})


def test_data_that_changes_while_it_is_given_to_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by a hub that runs: a file goes, and a folder becomes a link to another's files."""
    data, other = tmp_path / "data", tmp_path / "other"
    for folder in (data / "a", data / "b", other):
        folder.mkdir(parents=True)
        (folder / "file").touch()
    before = (other / "file").stat().st_ctime_ns
    given: list[object] = []
    chown = os.chown

    def change_and_chown(path: Any, *owner: int, **how: Any) -> None:
        if len(given) == 1:
            for folder in (data / "a", data / "b"):
                (folder / "file").unlink()
                folder.rmdir()
            (data / "a").symlink_to(other)
        given.append(path)
        chown(path, *owner, **how)

    monkeypatch.setattr(os, "chown", change_and_chown)
    unit._give(data, pwd.getpwuid(os.getuid()).pw_name)
    assert (other / "file").stat().st_ctime_ns == before
    assert len(given) > 2
