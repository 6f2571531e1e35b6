"""What is done about a missing Debian package: root gets it, others are told what to type."""

import os
import subprocess
from pathlib import Path

PACKAGES = Path(__file__).resolve().parents[2] / "deploy" / "packages"


def packages(folder: Path, user: int, python: str) -> tuple[int, str, str]:
    """Run it with an apt-get that only notes its arguments; return code, what it says, the note."""
    note = folder / "apt"
    for name, script in {"apt-get": f'echo "$@" >>{note}', "id": f"echo {user}"}.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    done = subprocess.run(
        [PACKAGES, "venv"],
        env={"PATH": f"{folder}:{os.environ['PATH']}", "PYTHON": python},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr, note.read_text() if note.exists() else ""


def test_nothing_is_done_when_nothing_is_missing(tmp_path: Path) -> None:
    assert packages(tmp_path, 0, "true") == (0, "", "")


def test_root_installs_and_says_so(tmp_path: Path) -> None:
    code, said, apt = packages(tmp_path, 0, "false")
    assert code == 0
    assert "installing by apt: python3-venv" in said
    assert apt.splitlines()[-1].endswith("--no-install-recommends python3-venv")


def test_others_are_told_what_to_type(tmp_path: Path) -> None:
    code, said, apt = packages(tmp_path, 1000, "false")
    assert code == 1
    assert "  sudo apt-get install -y python3-venv" in said
    assert apt == ""
