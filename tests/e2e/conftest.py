"""A hub of real processes: a broker and the services that a test asks for."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.testing import TIMEOUT_SECONDS, Broker, eventually, free_port

MODULES = {
    "stats": "stats",
    "alarms": "alarms",
    "media": "media",
    "serial-bridge": "serial_bridge",
    "ws-bridge": "ws_bridge",
}


class Process:
    """A running service and what it has logged."""

    def __init__(self, service: str, environment: dict[str, str], directory: Path) -> None:
        self.log_file = directory / f"{service}-{free_port()}.log"
        with self.log_file.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", MODULES[service]],
                env=environment,
                cwd=directory,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.pid = self._process.pid

    @property
    def log(self) -> str:
        return self.log_file.read_text()

    @property
    def runs(self) -> bool:
        return self._process.poll() is None

    def wait_for_log(self, text: str) -> None:
        eventually(lambda: text in self.log, times=3)

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and return the exit code."""
        if self.runs:
            self.send(number)
        return self.exit_code()

    def exit_code(self) -> int:
        return self._process.wait(TIMEOUT_SECONDS)


class Hub:
    """A broker, and services on ports of their own."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.broker = Broker(directory / "broker")
        self.stats_port = free_port()
        self.contents_port = free_port()
        self.clock_port = free_port()
        self.relay_port = free_port()
        self.http_port = free_port()
        self.panel_port = free_port()
        self.displays_port = free_port()
        self.discovery_port = free_port()
        self.processes: list[Process] = []

    @property
    def stats_url(self) -> str:
        return f"ws://127.0.0.1:{self.stats_port}/"

    @property
    def contents_url(self) -> str:
        return f"ws://127.0.0.1:{self.contents_port}/"

    @property
    def clock_url(self) -> str:
        return f"ws://127.0.0.1:{self.clock_port}/"

    @property
    def relay_url(self) -> str:
        return f"ws://127.0.0.1:{self.relay_port}/"

    def environment(self, service: str, **settings: str) -> dict[str, str]:
        """What a service is started with: no setting of the machine's own gets in."""
        return {
            "PATH": os.environ["PATH"],
            "PYTHONOPTIMIZE": "2",  # as they are deployed
            "MANTEL_NODE": "pi",
            "DOCKER_HOST": "unix:///nonexistent/docker.sock",
            "PISTAT_HOST": "127.0.0.1",
            "PISTAT_PORT": str(self.http_port),
            "MEDIA_HTTP_HOST": "127.0.0.1",
            "MEDIA_HTTP_PORT": str(self.displays_port),
            "MEDIA_DISCOVERY_PORT": str(self.discovery_port),
            "MEDIA_MDNS": "false",
            "WS_BRIDGE_HOST": "127.0.0.1",
            "WS_BRIDGE_STATS_PORT": str(self.stats_port),
            "WS_BRIDGE_CONTENTS_PORT": str(self.contents_port),
            "WS_BRIDGE_CLOCK_PORT": str(self.clock_port),
            "WS_BRIDGE_RELAY_PORT": str(self.relay_port),
            "WS_BRIDGE_HTTP_PORT": str(self.panel_port),
            **self.broker.environment(service),
            **settings,
        }

    def start(self, service: str, **settings: str) -> Process:
        process = Process(service, self.environment(service, **settings), self.directory)
        self.processes.append(process)
        return process

    def close(self) -> None:
        with contextlib.ExitStack() as ending:  # one that does not stop keeps nobody else running
            ending.callback(self.broker.stop)
            for process in self.processes:
                ending.callback(process.stop)


@contextlib.contextmanager
def running_hub(directory: Path) -> Iterator[Hub]:
    """Run a broker in `directory`, for services to come; whatever happens, all is ended."""
    (directory / "broker").mkdir()
    hub = Hub(directory)
    try:
        hub.broker.start()
        yield hub
    finally:
        hub.close()


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """An empty hub with a running broker."""
    with running_hub(tmp_path) as hub:
        yield hub


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub with both services, for tests that only watch it."""
    with running_hub(tmp_path_factory.mktemp("hub")) as hub:
        hub.start("stats")
        hub.start("ws-bridge").wait_for_log("listening")
        yield hub


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub with a clock, for tests that leave no traces in it."""
    with running_hub(tmp_path_factory.mktemp("hub")) as hub:
        for service in ("alarms", "ws-bridge"):
            hub.start(service, TZ="Europe/Berlin").wait_for_log("connected")
        hub.processes[-1].wait_for_log(f"listening on port {hub.clock_port}")
        yield hub
