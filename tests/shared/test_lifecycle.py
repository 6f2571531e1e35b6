"""From the first line to the exit code, with a service that does next to nothing."""

import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from shared.testing import TIMEOUT_SECONDS, eventually

SERVICE = """
import asyncio, logging, sys
from shared.errors import StartError
from shared.lifecycle import main
from shared.settings import Settings

async def run(settings):
    print("started", flush=True)
    match sys.argv[-1]:
        case "name":
            logging.getLogger("example").warning("b\\udcfc.png")
        case "fail":
            raise ValueError("a mistake of ours")
        case "refuse":
            async with asyncio.TaskGroup() as tasks:
                async def listen():
                    raise StartError("port 1 is taken")
                tasks.create_task(listen())
        case "hang":
            import threading, time
            asyncio.create_task(asyncio.to_thread(time.sleep, 3600))
    await asyncio.sleep(3600)

main("example", Settings, run)
"""


@pytest.fixture
def start(tmp_path: Path):
    """A function that starts the service in one of its moods."""
    file = tmp_path / "example.py"
    file.write_text(textwrap.dedent(SERVICE))
    running = []

    def starter(mood: str = "", **settings: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, str(file), mood],
            env={"PATH": os.environ["PATH"], "MANTEL_NODE": "pi", **settings},
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield starter
    for process in running:
        process.kill()
        process.communicate()


def wait_for_start(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("mood", ["", "hang"])
def test_a_signal_ends_with_0(start, number: signal.Signals, mood: str) -> None:
    """At once, also when a thread hangs in something that never answers."""
    process = start(mood)
    wait_for_start(process)
    process.send_signal(number)
    _, log = process.communicate(timeout=TIMEOUT_SECONDS)
    assert process.returncode == 0
    assert log.endswith("INFO example: stopped\n")


def test_a_refusal_is_one_line_and_1(start) -> None:
    """Without a traceback, from however deep it comes."""
    process = start("refuse")
    _, log = process.communicate(timeout=TIMEOUT_SECONDS)
    assert process.returncode == 1
    assert log.splitlines()[-1].endswith("ERROR example: port 1 is taken")
    assert "Traceback" not in log


def test_a_mistake_of_ours_is_a_traceback_and_1(start) -> None:
    """It is the one thing that deserves one."""
    process = start("fail")
    _, log = process.communicate(timeout=TIMEOUT_SECONDS)
    assert process.returncode == 1
    assert "CRITICAL example: ended by an error in the program" in log
    assert "ValueError: a mistake of ours" in log


def test_bad_settings_are_2_before_anything_starts(start) -> None:
    """One line each."""
    process = start(MQTT_PORT="0", LOG_LEVEL="LOUD")
    out, log = process.communicate(timeout=TIMEOUT_SECONDS)
    assert process.returncode == 2
    assert out == ""
    assert [line.split("=")[0] for line in log.splitlines()] == [
        "example: MQTT_PORT", "example: LOG_LEVEL",
    ]  # fmt: skip


def test_the_heartbeat_is_a_file_that_gets_no_older(start, tmp_path: Path) -> None:
    """What a health check looks at; a folder that is not there is one warning."""
    beat = tmp_path / "heartbeat"
    wait_for_start(start(MANTEL_HEARTBEAT=str(beat)))
    eventually(beat.exists)
    process = start(MANTEL_HEARTBEAT=str(tmp_path / "missing" / "heartbeat"))
    wait_for_start(process)
    process.terminate()
    _, log = process.communicate(timeout=TIMEOUT_SECONDS)
    assert log.count("heartbeat cannot be written") == 1


def test_log_lines_as_json(start) -> None:
    """One object a line."""
    process = start(LOG_FORMAT="json", TZ="Asia/Tokyo")
    wait_for_start(process)
    process.terminate()
    _, log = process.communicate(timeout=TIMEOUT_SECONDS)
    lines = [json.loads(line) for line in log.splitlines()]
    assert lines[-1]["message"] == "stopped"
    assert set(lines[-1]) == {"at", "level", "service", "message"}
    assert lines[-1]["at"].endswith("+09:00")


def test_a_log_line_with_a_name_of_another_encoding(start) -> None:
    """As JSON too, which has no place for it."""
    process = start("name", LOG_FORMAT="json")
    wait_for_start(process)
    process.terminate()
    _, log = process.communicate(timeout=TIMEOUT_SECONDS)
    messages = [json.loads(line)["message"] for line in log.splitlines()]
    assert messages[1:] == ["b\\udcfc.png", "stopped"]


def test_a_level_of_the_log_is_kept(start) -> None:
    """WARNING: an operator who wants silence gets it."""
    process = start(LOG_LEVEL="WARNING")
    wait_for_start(process)
    process.terminate()
    _, log = process.communicate(timeout=TIMEOUT_SECONDS)
    assert log == ""


def test_help_lists_the_settings(start) -> None:
    """With their defaults."""
    process = start("--help")
    out, _ = process.communicate(timeout=TIMEOUT_SECONDS)
    assert process.returncode == 0
    assert "MQTT_PORT=1883" in out
