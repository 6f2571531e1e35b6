"""`mantel` against the real services: what an operator types, and what the hub does."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from shared import topics
from shared.testing import TIMEOUT_SECONDS, Client
from tests.e2e.conftest import Hub

MANTEL = Path(sys.executable).parent / "mantel"

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def mantel(hub: Hub) -> Run:
    """Return a function that calls the command as the operator of a hub with alarms."""
    (hub.directory / "config").mkdir()
    hub.start("alarms").wait_for_log("connected")

    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [MANTEL, *arguments],
            env=hub.environment("operator", TZ="Europe/Paris", MANTEL_HOME=str(hub.directory)),
            capture_output=True,
            text=True,
            timeout=2 * TIMEOUT_SECONDS,
            check=False,
        )

    return call


def listed(mantel: Run) -> dict[str, dict[str, object]]:
    return {alarm["id"]: alarm for alarm in json.loads(mantel("alarm", "list", "--json").stdout)}


def test_the_life_of_an_alarm(hub: Hub, mantel: Run) -> None:
    """Made, skipped, rung, snoozed, dismissed, changed, switched off, deleted."""
    made = mantel(
        "alarm", "add", "6:30", "--days", "Mon-Fri", "--name", "Work", "--volume", "60",
        "--ramp", "30", "--skip-holidays", "DE-BY", "--timezone", "Europe/Paris",
    )  # fmt: skip
    assert (made.returncode, made.stderr) == (0, "")
    assert made.stdout.startswith(
        "work: Work, 06:30 Mon-Fri Europe/Paris not on holidays of DE-BY; waiting, next ring "
    )
    assert " 06:30 (in " in made.stdout
    (entry,) = json.loads((hub.directory / "config/alarms.json").read_text())
    assert entry["alarm_time"] == "0630"
    assert entry["repeat"] is True

    with Client(hub.broker) as client:
        client.subscribe(topics.ALARM_EVENT.name("mantel"))
        for words, state, event in (
            (("skip", "work"), "skipped", "skip"),
            (("unskip", "work"), "waiting", None),
            (("test", "work"), "ringing", "start"),
            (("snooze",), "snoozed", "snooze"),
            (("dismiss",), "waiting", "stop"),
            (("disable", "work"), "disabled", None),
            (("enable", "work"), "waiting", None),
        ):
            done = mantel("alarm", *words)
            assert done.stdout.startswith(f"work: {state}"), done
            assert listed(mantel)["work"]["state"] == state
            if event:
                assert json.loads(client.receive().payload)["event"] == event

    changed = mantel("alarm", "edit", "work", "--cron", "0 7 1 * *", "--timezone", "")
    assert changed.stdout.startswith("work: Work, cron 0 7 1 * * not on holidays of DE-BY; waiting")
    assert listed(mantel)["work"]["alarm_days"] is None
    assert mantel("alarm", "remove", "work").stdout == "work: removed\n"
    assert listed(mantel) == {}


def test_what_alarms_refuses_is_said_in_its_words(mantel: Run) -> None:
    for arguments, said in (
        (("--skip-holidays", "XX"), "skip_holidays: 'XX' is not known"),
        (("--audio", "../secret.wav"), "alarm_audio: "),
        (("--timezone", "Mars/Olympus"), "timezone: "),
        (("--id", "next"), "id: "),
    ):
        done = mantel("alarm", "add", "06:30", *arguments)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith(f"Error: alarms: {said}"), done.stderr
        assert done.stderr.count("\n") == 1


def test_alarms_that_died_is_said_by_list_and_by_doctor(hub: Hub, mantel: Run) -> None:
    mantel("alarm", "add", "06:30", "--name", "Work")
    (alarms,) = hub.processes
    alarms.stop()
    done = mantel("alarm", "list")
    assert "work" in done.stdout
    assert "alarms does not run" in done.stderr
    findings = json.loads(mantel("doctor", "--json").stdout)["findings"]
    (finding,) = (each for each in findings if each["check"] == "alarms")
    assert (finding["verdict"], finding["text"]) == ("problem", "offline on pi")
