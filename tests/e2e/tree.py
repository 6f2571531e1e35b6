"""A copy of the repository in which `make run` is typed, on ports of its own."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from shared.testing import TIMEOUT_SECONDS, eventually, free_port

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = sysconfig.get_path("purelib")


class Tree:
    """A copy of the repository with an environment, which `make run` is called in.

    The environment takes the packages of the one that runs the tests, and the code of the copy.
    """

    def __init__(self, path: Path, python: str = sys.executable) -> None:
        for needed in ("make", "mosquitto"):
            if not shutil.which(needed, path=f"{os.environ['PATH']}:/usr/sbin"):
                pytest.skip(f"{needed} is not installed")
        left = shutil.ignore_patterns(".*", "data", "tests", "node_modules", "*.pyc.*")
        shutil.copytree(ROOT, path, ignore=left, dirs_exist_ok=True)
        self.path = path
        self.stats_port = free_port()
        self.panel_port = free_port()
        self.host, self.port = "127.0.0.1", free_port()  # of the broker, as Client asks it
        self.log_file = path / "run.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.user: str | None = None
        self._make_environment(python)
        self.settings(
            MANTEL_NODE="pi",
            MQTT_PORT=str(self.port),
            PISTAT_HOST="127.0.0.1",
            PISTAT_PORT=str(free_port()),
            MEDIA_HTTP_PORT=str(free_port()),
            MEDIA_DISCOVERY_PORT=str(free_port()),
            MEDIA_MDNS="false",
            WS_BRIDGE_HOST="127.0.0.1",
            WS_BRIDGE_STATS_PORT=str(self.stats_port),
            WS_BRIDGE_CONTENTS_PORT=str(free_port()),
            WS_BRIDGE_CLOCK_PORT=str(free_port()),
            WS_BRIDGE_RELAY_PORT=str(free_port()),
            WS_BRIDGE_HTTP_PORT=str(self.panel_port),
            STATS_INTERVAL_SECONDS="0.5",
        )

    def _make_environment(self, python: str) -> None:
        venv = self.path / ".venv"
        subprocess.run([python, "-m", "venv", "--without-pip", venv], check=True)
        packages = next(venv.glob("lib/python*/site-packages"))
        services = [project.parent for project in self.path.glob("services/*/pyproject.toml")]
        paths = [self.path / "shared", self.path / "cli", *services, PACKAGES]
        (packages / "tree.pth").write_text("".join(f"{path}\n" for path in paths))
        (venv / ".installed").touch()

    def settings(self, **values: str) -> None:
        """Add to .env."""
        with (self.path / ".env").open("a") as file:
            file.writelines(f"{name}={value}\n" for name, value in values.items())

    def start(self) -> None:
        """Type `make run MOCK=1`, in a session of its own as a terminal has."""
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                # Its signals are those of a terminal also where the tests run under nohup
                ["env", "--default-signal=INT,HUP", "make", "run", "MOCK=1"],
                stdout=log,
                stderr=log,
                **self._how(),
            )

    def refusal(self, **settings: str) -> tuple[int, str]:
        """Start what make runs, where it is to end by itself; return exit code and words."""
        how = self._how()
        how["env"] |= settings
        done = subprocess.run(
            [self.path / ".venv/bin/python", "-m", "deploy.run"],
            capture_output=True, text=True, timeout=3 * TIMEOUT_SECONDS, check=False, **how,
        )  # fmt: skip
        return done.returncode, done.stderr

    def _how(self) -> dict[str, Any]:
        """No setting of the machine's own gets in."""
        return {
            "cwd": self.path,
            "env": {"PATH": os.environ["PATH"], "MQTT_WEBSOCKETS_PORT": "0"},
            "stdin": subprocess.DEVNULL,
            "start_new_session": True,
            "user": self.user,
            "group": self.user and "nogroup",
            "extra_groups": [] if self.user else None,
        }

    @property
    def log(self) -> str:
        return self.log_file.read_text()

    def frame(self, wanted: Callable[[dict[str, Any]], object] = bool) -> dict[str, Any]:
        """Return the first frame on the statistics' port that is `wanted`."""
        found: list[dict[str, Any]] = []

        def look() -> bool:
            try:
                with connect(f"ws://127.0.0.1:{self.stats_port}", proxy=None) as client:
                    found.append(json.loads(client.recv(TIMEOUT_SECONDS)))
            except (OSError, WebSocketException):
                return False
            return bool(wanted(found[-1]))

        eventually(look, times=3)
        return found[-1]

    def password(self, user: str) -> str:
        return (self.path / f"data/mosquitto/credentials/{user}/password").read_text().strip()

    def pids(self, command: str = "") -> set[int]:
        """Return the processes that run in the tree, those of one command or all."""
        found = set()
        for process in psutil.process_iter():
            try:
                if process.cwd() == str(self.path) and command in " ".join(process.cmdline()):
                    found.add(process.pid)
            except psutil.Error:
                continue
        return found

    def pid(self, command: str) -> int:
        eventually(lambda: self.pids(command))
        (pid,) = self.pids(command)
        return pid

    def settled_pid(self, command: str) -> int:
        """Return the process when supervisord counts it as started, after its first second.

        The kernel tells when the machine started in whole seconds, hence another one.
        """
        process = psutil.Process(self.pid(command))
        eventually(lambda: time.time() - process.create_time() > 2.5)
        return process.pid

    def send(self, number: signal.Signals) -> int:
        """Send to the whole foreground group, as a terminal does; return make's exit code."""
        assert self.process is not None
        os.killpg(self.process.pid, number)
        return self.process.wait(3 * TIMEOUT_SECONDS)

    def close(self) -> None:
        """End whatever a test left: first the one that would start the others again."""
        for command in ("deploy.supervise", ""):
            for pid in self.pids(command):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        if self.process is not None:
            self.process.wait(TIMEOUT_SECONDS)
        eventually(lambda: not self.pids())
