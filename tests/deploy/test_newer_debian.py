"""Programs of a newer Debian: had, or said why not."""

import subprocess
from pathlib import Path

import pytest

from deploy import newer_debian
from deploy.newer_debian import UnavailableError


@pytest.fixture
def empty(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(newer_debian, "_FOLDER", tmp_path / "debian")
    return tmp_path


def apt(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put an apt-get of our own before the machine's."""
    (folder / "bin").mkdir()
    (folder / "bin/apt-get").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "bin/apt-get").chmod(0o755)
    (folder / "bin/dpkg-deb").symlink_to("/bin/true")
    monkeypatch.setenv("PATH", f"{folder / 'bin'}:/usr/bin:/bin")
    monkeypatch.setattr(newer_debian, "_KEYRING", folder)


def test_without_apt_it_is_said(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(empty))
    with pytest.raises(UnavailableError, match="there is no apt-get and dpkg-deb here"):
        newer_debian.command("micropython")


def test_what_apt_says_is_the_reason(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing is left that would be taken for the program the next time."""
    apt(empty, monkeypatch, "echo Debian http://archive/; [ $1 = indextargets ] || { "
        "echo 'E: no way there' >&2; exit 100; }")  # fmt: skip
    for _ in range(2):
        with pytest.raises(UnavailableError, match="apt-get failed: E: no way there"):
            newer_debian.command("micropython")
    assert [file.name for file in (empty / "debian").iterdir()] == ["lock"]


def test_a_machine_without_a_debian_archive(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    apt(empty, monkeypatch, "echo Ubuntu http://archive/")
    with pytest.raises(UnavailableError, match="no Debian archive"):
        newer_debian.command("micropython")


def test_an_unpacked_program_runs() -> None:
    try:
        words = newer_debian.command("micropython")
    except UnavailableError as reason:
        pytest.skip(str(reason))
    said = subprocess.run([*words, "-c", "print(1 + 1)"], capture_output=True, check=True)
    assert said.stdout == b"2\n"
