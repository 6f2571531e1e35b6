"""`mantel watch` on a real broker."""

import json
import signal
import subprocess
from typing import Any

import pytest

from mantel import watch
from shared.testing import TIMEOUT_SECONDS, Broker, Client
from tests.cli.conftest import MANTEL, Run


@pytest.mark.parametrize(
    ("payload", "value"),
    [
        (b'{"a": 1}', {"a": 1}),
        (b"5", 5),
        (b"null", None),
        (b"online", "online"),
        (b"", b""),
        (b"\x00" * 4096, b"\x00" * 4096),
        (b"\xff\xd8\xff", b"\xff\xd8\xff"),
        ("Grüße".encode(), "Grüße"),
        (b"[" * 5000, "[" * 5000),
    ],
)
def test_value(payload: bytes, value: Any) -> None:
    assert watch.value(payload) == value


def test_what_is_kept_comes_at_once(run: Run, client: Client) -> None:
    client.publish("mantel/alarm/next", b'{"id": "work", "at": null}', retain=True)
    client.publish("mantel/display/rlcd/bitmap", bytes(5000), retain=True)
    client.publish("mantel/service/pi/stats/availability", b"online", retain=True)
    lines = run("watch", "--count", "3").stdout.splitlines()
    assert sorted(line[9:] for line in lines) == [
        'alarm/next  {"id": "work", "at": null}',
        "display/rlcd/bitmap  (5 kB)",
        "service/pi/stats/availability  online",
    ]
    (line,) = run("watch", "--count", "1", "--json", "display/+/bitmap").stdout.splitlines()
    told = json.loads(line)
    del told["at"]
    assert told == {"topic": "mantel/display/rlcd/bitmap", "retained": True, "bytes": 5000}


@pytest.mark.parametrize("filter_", ["alarm//x", "alarm/#/x", "alarm/a#", "a+/b", "/alarm", ""])
def test_no_filter(run: Run, filter_: str) -> None:
    assert run("watch", filter_).exit_code == 2


def test_live_until_interrupted(environment: dict[str, str], client: Client) -> None:
    """Line by line through a pipe, and Ctrl-C is a good end."""
    client.publish("mantel/alarm/old/state", b"1", retain=True)
    client.subscribe("$SYS/#", qos=0)
    process = subprocess.Popen(
        [MANTEL, "watch", "--live", "alarm/#"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        line = ""
        while not line:
            # It is there some time after its start; what it is sent before that is lost
            client.publish("mantel/alarm/new/state", b"\x1b[2J")
            client.publish("mantel/alarm/new/state", b"evil \xc2\x9b text")
            line = _line_within(process, 0.1)
        assert line.endswith(("alarm/new/state  (4 B)\n", "alarm/new/state  evil \\x9b text\n"))
        process.send_signal(signal.SIGINT)
        assert process.wait(TIMEOUT_SECONDS) == 0
        assert process.stderr.read() == ""
        assert "old" not in process.stdout.read()
    finally:
        process.kill()
        process.communicate()


def _line_within(process: subprocess.Popen[str], seconds: float) -> str:
    import select

    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], seconds)
    return process.stdout.readline() if ready else ""


def test_reader_that_leaves(environment: dict[str, str], client: Client) -> None:
    """`mantel watch | head -1` ends without a complaint."""
    for number in range(50):
        client.publish(f"mantel/alarm/a{number}/state", b"x" * 4000, retain=True)
    done = subprocess.run(
        ["sh", "-c", f"{MANTEL} watch | head -1"],
        env=environment | {"PYTHONWARNINGS": "error"},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    assert (done.stderr, len(done.stdout.splitlines())) == ("", 1)


def test_broker_that_goes_away(environment: dict[str, str], broker: Broker, client: Client) -> None:
    client.publish("mantel/alarm/a/state", b"1", retain=True)
    process = subprocess.Popen(
        [MANTEL, "watch"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.readline()
    broker.kill()
    _, said = process.communicate(timeout=TIMEOUT_SECONDS)
    assert process.returncode == 1
    assert said.startswith(f"Error: broker 127.0.0.1:{broker.port} closed the connection")
