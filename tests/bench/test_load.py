"""The load of the relay's measures: what it counts is what was there."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bench import load_tools
from bench.process import SkipError, running
from bench.relay_hub import fan, storm
from bench.web_broker import WebBroker, broker_command, web_broker
from shared.testing import Client, eventually, free_port


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebBroker]:
    """A broker with WebSockets; the tests are skipped where none can be had, nor a compiler."""
    try:
        load_tools.program("fan")
        directory = tmp_path_factory.mktemp("broker")
        with web_broker(directory, broker_command(directory)) as broker:
            yield broker
    except SkipError as reason:
        pytest.skip(str(reason))


@contextmanager
def bridge(broker: WebBroker, directory: Path) -> Iterator[int]:
    """Run the bridge in C; yield its port."""
    port = free_port()
    command = [load_tools.program("bridge"), "--port", str(port), "--broker", str(broker.port)]
    with running(command, directory):
        eventually(lambda: quietly_storm(port))
        yield port


def quietly_storm(port: int) -> bool:
    try:
        return bool(storm(port, {"clients": 1, "seconds": 1})["ready"])
    except RuntimeError:
        return False


@pytest.mark.parametrize("speech", ["mqtt", "mqtt-ws"])
@pytest.mark.parametrize(
    "pace",
    [
        {"burst": 16, "topics": 16, "messages": 90},
        {"window": 16, "messages": 96},
        {"rate": 200, "messages": 96},
    ],
    ids=["burst", "window", "rate"],
)
@pytest.mark.parametrize("size", [40, 300, 5000])
def test_every_delivery_is_counted(
    broker: WebBroker, speech: str, pace: dict[str, Any], size: int
) -> None:
    """Bursts are whole ones."""
    port = broker.port if speech == "mqtt" else broker.websockets_port
    told = fan(
        port, broker, (broker.pid,), {"speak": speech, "clients": 5, "size": size, **pace,
                                      "filter": "bench/#", "topic": "bench/%d"},
    )  # fmt: skip
    assert (told["deliveries"], told["lost"], told["gone"]) == (5 * 96, 0, 0)
    assert told["cpu"] > 0
    assert 0 < told["p50_us"] <= told["p99_us"]
    assert 0 < told["busy"] <= 1


def test_what_goes_astray_is_told(broker: WebBroker) -> None:
    """Half of what is published is not what they asked for."""
    options = {"speak": "mqtt", "clients": 2, "rate": 200, "topics": 2, "messages": 20}
    told = fan(broker.port, broker, (), {**options, "filter": "some/0", "topic": "some/%d"})
    assert (told["deliveries"], told["lost"]) == (20, 20)


def test_the_relays_clients_and_the_bridge_in_c(broker: WebBroker, tmp_path: Path) -> None:
    """They say hello, subscribe, and take frames of every length; one of them never reads."""
    with bridge(broker, tmp_path) as port:
        for size in (60, 300, 70_000):
            options = {"clients": 4, "size": size, "burst": 4, "messages": 40, "topic": "bench/%d"}
            told = fan(port, broker, (), dict(options))
            assert (told["deliveries"], told["lost"]) == (160, 0)
        told = fan(port, broker, (), {**options, "size": 60, "stalled": 1})
        assert (told["deliveries"], told["lost"]) == (120, 0)


def test_a_storm_tells_who_got_in_and_who_not(broker: WebBroker) -> None:
    options = {"speak": "mqtt-ws", "clients": 30, "parallel": 10, "addresses": 20}
    told = storm(broker.websockets_port, {**options, "filter": "bench/%d"}, (broker.pid,))
    assert (told["ready"], told["gone"], told["reasons"]) == (30, 0, {})
    assert 0 < told["last_ready_seconds"] <= told["seconds"]
    told = storm(broker.port, {"clients": 3, "seconds": 5})  # no WebSocket there: cut off
    assert (told["ready"], told["gone"]) == (0, 3)


def test_those_who_are_held_stay_until_the_input_ends(broker: WebBroker) -> None:
    line = [load_tools.program("storm"), "--port", str(broker.port), "--speak", "mqtt"]
    line += ["--clients", "7", "--filter", "held/%d", "--hold"]
    with (
        Client(broker) as client,
        subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as load,
    ):
        assert load.stdout is not None
        assert json.loads(load.stdout.readline())["ready"] == 7
        assert load.poll() is None
        client.publish("held/3", "x")
        assert load.stdin is not None
        load.stdin.close()
        assert load.wait(10) == 0


def test_without_a_compiler_it_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(load_tools, "_BUILT", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SkipError, match="no C compiler"):
        load_tools.program("fan")
