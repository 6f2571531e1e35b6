"""One service is stopped, rebuilt, started or killed; the others go on."""

import json
from datetime import datetime
from typing import Any

import pytest
from websockets.sync.client import ClientConnection

from shared import topics
from shared.payloads import HostStats
from shared.testing import TIMEOUT_SECONDS, Client, eventually
from tests.docker.stack import SERVICES, Stack, local_time

pytestmark = pytest.mark.docker


def frame_after(display: ClientConnection, moment: datetime) -> dict[str, Any]:
    """Return a frame that was sent after `moment`; earlier ones wait to be read."""
    while True:
        frame: dict[str, Any] = json.loads(display.recv(TIMEOUT_SECONDS))
        if local_time(frame) > moment:
            return frame


def values(frame: dict[str, Any]) -> dict[str, Any]:
    """Return what a frame tells of the host."""
    return {name: value for name, value in frame.items() if name != "local_time"}


def reading_after(client: Client, moment: datetime) -> HostStats:
    while True:
        reading = topics.HOST_STATS.decode(bytes(client.receive().payload))
        if reading.at > moment:
            return reading


def now() -> datetime:
    return datetime.now().astimezone()


def crash(stack: Stack, service: str, number: int = 1) -> None:
    """Kill a container's process; `docker kill` would count as stopped by hand."""
    pid = stack.inspect(service, number)["State"]["Pid"]
    stack.docker(
        "run", "--rm", "--pid", "host", "--security-opt", "apparmor=unconfined",
        "python:3.13-slim", "sh", "-c", f"kill -9 {pid}",
    )  # fmt: skip


def test_stop_rebuild_and_start(stack: Stack, capsys: pytest.CaptureFixture[str]):
    others = [service for service in SERVICES if service != "stats"]
    before = {service: stack.inspect(service)["State"]["StartedAt"] for service in others}
    with stack.display() as display, stack.client("operator") as client:
        client.subscribe(stack.topic(topics.AVAILABILITY, service="stats"))
        assert client.receive().payload == b"online"

        stopping = now()
        stack.compose("stop", "stats")
        assert client.receive().payload == b"offline"
        assert (now() - stopping).total_seconds() < 5
        stale = values(frame_after(display, now()))
        assert values(frame_after(display, now())) == stale

        source = stack.tree / "services/stats/stats/__init__.py"
        # a change that no earlier run of these tests has left in the engine's cache
        source.write_text(source.read_text() + f'\nREBUILT = "{stack.project}"\n')
        building = now()
        built = stack.compose("--progress", "plain", "build", "stats")
        seconds = (now() - building).total_seconds()
        with capsys.disabled():
            print(f"\nrebuilt one service after a change: {seconds:.1f} s")
        assert "aiomqtt" not in built, "the packages of others were installed again"
        assert "mantel-stats" in built
        starting = now()
        stack.compose("up", "-d", "--wait", "stats")
        assert client.receive().payload == b"online"
        client.subscribe(stack.topic(topics.HOST_STATS))
        reading_after(client, starting)
        moment = now()
        assert any(values(frame_after(display, moment)) != stale for _ in range(3))
    program = "import stats; print(stats.REBUILT)"
    assert stack.execute("stats", "python", "-c", program).strip() == stack.project
    assert before == {service: stack.inspect(service)["State"]["StartedAt"] for service in others}


@pytest.mark.parametrize("service", SERVICES)
def test_killed_service_comes_back(stack: Stack, service: str):
    def state() -> tuple[int, str]:
        inspected = stack.inspect(service)
        return inspected["RestartCount"], inspected["State"]["Health"]["Status"]

    before = stack.inspect(service)
    moment = now()
    crash(stack, service)
    eventually(lambda: state() == (before["RestartCount"] + 1, "healthy"))
    with stack.client("operator") as client:
        client.subscribe(stack.topic(topics.HOST_STATS))
        reading_after(client, now())
    with stack.display() as display:
        frame_after(display, moment)


def test_services_without_the_proxy(stack: Stack):
    """No Docker engine in reach is one warning, and all but the containers goes on."""
    with stack.client("operator") as client:
        client.subscribe(
            stack.topic(topics.LOG, service="stats"), stack.topic(topics.HOST_CONTAINERS)
        )
        stack.compose("stop", "docker-proxy")
        try:
            while b"shown as stopped until it answers" not in client.receive().payload:
                pass
            client.subscribe(stack.topic(topics.HOST_STATS))
            reading_after(client, now())
        finally:
            stack.compose("start", "docker-proxy")
        while b"running" not in client.receive().payload:
            pass
