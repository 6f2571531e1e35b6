"""`mantel import clock` against the real alarms, and the clock that resumes what was taken."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.testing import TIMEOUT_SECONDS, Client
from tests.cli.conftest import MANTEL
from tests.e2e.conftest import Hub, running_hub

ZONED = "0d3f7e2a-5b1c-4e1e-9f6a-7c2d8b9e0f11"
PLAIN = "c" * 16
BARE = "A1_-" * 8

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """A hub with a clock."""
    with running_hub(tmp_path) as hub:
        for service in ("alarms", "ws-bridge"):
            hub.start(service, TZ="Europe/Paris").wait_for_log("connected")
        yield hub


@pytest.fixture
def run(hub: Hub, tmp_path: Path) -> Run:
    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [MANTEL, *arguments],
            env=hub.environment("operator", MANTEL_HOME=str(tmp_path))
            | {"XDG_STATE_HOME": str(tmp_path / "state")},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=2 * TIMEOUT_SECONDS,
            check=False,
        )

    return call


@pytest.fixture
def ini(tmp_path: Path) -> Path:
    """The ini file of an older server, with sessions of several forms."""
    folder = tmp_path / "sessions"
    folder.mkdir()
    (folder / ZONED).write_text(json.dumps({
        "tz": "Asia/Tokyo",
        "alarms": [
            {"name": "tea", "time": "16:00", "days": ["Mon", "Fri"]},
            {"name": "n" * 65, "time": "06:30"},
            {"name": "odd", "time": "late"},
        ],
    }))  # fmt: skip
    (folder / PLAIN).write_text('{"timezone": "Mars/Olympus", "alarms": {"work": "06:30"}}')
    (folder / BARE).write_bytes(b"\x80\x04\x95pickle")
    (folder / "notes.txt").write_text("{}")
    (folder / ("d" * 20)).mkdir()
    (folder / ("e" * 20)).write_bytes(bytes((1 << 20) + 1))
    file = tmp_path / "config.ini"
    file.write_text("[pyws]\nport=8901\n[other]\nsession_directory = sessions/\n")
    return file


def resumed(hub: Hub, run: Run, identifier: str) -> tuple[str, list[dict[str, Any]]]:
    """Return zone and alarms of a session, as the clock tells them."""
    done = run(
        "clock", f"127.0.0.1:{hub.clock_port}", "--session", identifier, "-c", "TZ",
        "-c", "ALARM LIST",
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    zone, alarms = (line.removeprefix("OK:") for line in done.stdout.splitlines())
    return zone, json.loads(alarms)


def test_sessions_are_taken_over(hub: Hub, run: Run, ini: Path) -> None:
    """Clients resume them; what is broken is named; a second time changes nothing."""
    first = run("import", "clock", str(ini))
    assert first.returncode == 0
    assert first.stdout == "sessions: 3 taken over, 3 of them new; alarms: 2; files left out: 3\n"
    for said in (
        "notes.txt is left out: its name is no identifier",
        "d" * 20 + " is left out: is no file",
        "e" * 20 + " is left out: is larger than 1048576 bytes",
        f"{ZONED}: alarm {{'name': 'odd', 'time': 'late'}} is left out",
        f"{ZONED}: alarm {'n' * 65} is left out: alarms: bad name",
        f"{PLAIN}: time zone is left out: alarms: unknown timezone 'Mars/Olympus'",
        f"{BARE}: holds no JSON object; its identifier alone is taken",
    ):
        assert said in first.stderr
    for _ in range(2):
        zone, (tea,) = resumed(hub, run, ZONED)
        assert zone == "Asia/Tokyo"
        assert (tea["name"], tea["time"], tea["days"]) == ("tea", "16:00:00", ["Mon", "Fri"])
        zone, (work,) = resumed(hub, run, PLAIN)
        assert (zone, work["name"], work["time"]) == ("Europe/Paris", "work", "06:30:00")
        assert resumed(hub, run, BARE) == ("Europe/Paris", [])
        again = run("import", "clock", str(ini))
        assert (
            again.stdout == "sessions: 3 taken over, 0 of them new; alarms: 2; files left out: 3\n"
        )


def test_nothing_is_held_afterwards(hub: Hub, run: Run, ini: Path) -> None:
    run("import", "clock", str(ini))
    with Client(hub.broker) as client:
        client.subscribe("mantel/clock/session/+", "mantel/service/pi/alarms/availability")
        assert client.receive().topic.endswith("availability")


def test_a_dry_run_does_nothing(hub: Hub, run: Run, ini: Path) -> None:
    """It needs no broker either."""
    hub.broker.kill()
    done = run("import", "clock", str(ini), "--dry-run")
    assert done.returncode == 0
    assert [re.split(r"\s{2,}", line) for line in done.stdout.splitlines()] == [
        ["SESSION", "ZONE", "ALARMS"],
        [ZONED, "Asia/Tokyo", f"16:00:00 tea Mon,Fri; 06:30:00 {'n' * 65}"],
        [BARE, "the hub's", "none"],
        [PLAIN, "Mars/Olympus", "06:30:00 work"],
    ]
    assert "notes.txt is left out" in done.stderr


def test_alarms_is_away(hub: Hub, run: Run, ini: Path) -> None:
    hub.processes[0].stop()
    done = run("import", "clock", str(ini))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1] == (
        "Error: no answer from alarms within 5 s: is it running? see `mantel doctor`"
    )


def test_an_ini_without_sessions(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "x.ini"
    for text, said in (
        ("port=1\n", "names no session_directory"),
        ("session_directory=/nonexistent\n", "No such file or directory"),
        ("[x\n", "is no ini file"),
    ):
        file.write_text(text)
        done = run("import", "clock", str(file))
        assert (done.returncode, done.stdout) == (1, "")
        assert said in done.stderr
        assert done.stderr.count("\n") == 1
