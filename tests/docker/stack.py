"""A hub in real containers, as `docker compose up` makes it on a fresh clone.

One hub serves all tests: each leaves it whole. It has a project name and ports of its own, so
that it disturbs neither a hub that runs on this machine nor another run of these tests.
"""

import json
import os
import secrets
import subprocess
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from shared import settings
from shared.testing import TIMEOUT_SECONDS, Client, free_port
from shared.topic import Topic

ROOT = Path(__file__).parents[2]
BUILD_SECONDS = 30 * TIMEOUT_SECONDS
"""How long images may take to be pulled or built; on a fresh machine the engine comes first."""
PROJECTS = "mantel-test-"
"""What the names of all projects of these tests begin with; the process of the tests follows."""

OURS = ("stats", "alarms", "media", "serial-bridge", "ws-bridge")
SERVICES = ("mosquitto", "docker-proxy", *OURS)


def local_time(frame: dict[str, Any]) -> datetime:
    """Return the wall clock that a display is told, in the zone of this machine."""
    told = frame["local_time"]
    return datetime.now().astimezone().replace(
        year=told["y"], month=told["mo"], day=told["d"],
        hour=told["h"], minute=told["m"], second=told["s"], microsecond=0,
    )  # fmt: skip


class Stack:
    """A copy of the repository and the containers that compose makes of it."""

    host = "127.0.0.1"

    def __init__(self, tree: Path) -> None:
        """Start nothing yet. The guest that is `controlled` may be told to restart by topic."""
        self.tree = tree
        self.project = f"{PROJECTS}{os.getpid()}-{secrets.token_hex(4)}"
        self.controlled = f"{self.project}-guest"
        self.serial_port = Path("/dev") / self.project
        (tree / ".env").write_text(f"SERIAL_BRIDGE_PORTS=panel={self.serial_port}\n")
        self.port, self.stats_port, websockets_port = free_port(), free_port(), free_port()
        self.contents_port, self.http_port = free_port(), free_port()
        self.clock_port = free_port()
        self.panel_port, self.relay_port = free_port(), free_port()
        self.displays_port, self.discovery_port = free_port(), free_port()
        self.first_reading_seconds = 0.0
        self._passwords: dict[str, str] = {}
        self._environment = {
            name: value
            for name, value in os.environ.items()
            if name in {"PATH", "HOME"} or name.startswith(("DOCKER_", "BUILDX_"))
        } | {
            "COMPOSE_PROJECT_NAME": self.project,
            "MQTT_PORT": str(self.port),
            "MQTT_WEBSOCKETS_PORT": str(websockets_port),
            "WS_BRIDGE_STATS_PORT": str(self.stats_port),
            "WS_BRIDGE_CONTENTS_PORT": str(self.contents_port),
            "WS_BRIDGE_CLOCK_PORT": str(self.clock_port),
            "WS_BRIDGE_RELAY_PORT": str(self.relay_port),
            "WS_BRIDGE_HTTP_PORT": str(self.panel_port),
            "PISTAT_PORT": str(self.http_port),
            "MEDIA_HTTP_PORT": str(self.displays_port),
            "MEDIA_DISCOVERY_PORT": str(self.discovery_port),
            # it has this machine's network, which is not the tests' to tell anything
            "MEDIA_MDNS": "false",
            # with the blanks that people type
            "STATS_CONTAINERS_CONTROLLED": f"nobody , {self.controlled} ,",
        }

    def docker(self, *arguments: str, stdin: str = "", check: bool = True) -> str:
        """Run docker in the tree and return what it printed; AssertionError when it fails."""
        done = subprocess.run(
            ["docker", *arguments],
            cwd=self.tree,
            env=self._environment,
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if not check else subprocess.PIPE,
            text=True,
            timeout=BUILD_SECONDS,
            check=False,
        )
        if check and done.returncode:
            command = " ".join(arguments)
            raise AssertionError(f"docker {command}: exit {done.returncode}\n{done.stderr}")
        return done.stdout

    def compose(self, *arguments: str) -> str:
        return self.docker("compose", *arguments)

    def execute(self, service: str, *command: str, stdin: str = "", check: bool = True) -> str:
        """Run a command in a service's container."""
        return self.docker("compose", "exec", "-T", service, *command, stdin=stdin, check=check)

    def python(self, service: str, program: str) -> str:
        """Run a program in a service's container."""
        # -E: without PYTHONOPTIMIZE, since programs assert
        return self.execute(service, "python", "-E", "-", stdin=program)

    def name(self, service: str, number: int = 1) -> str:
        return f"{self.project}-{service}-{number}"

    def inspect(self, service: str, number: int = 1) -> dict[str, Any]:
        """Return what the engine knows of a service's container."""
        return dict(json.loads(self.docker("inspect", self.name(service, number)))[0])

    def log(self, service: str) -> str:
        return self.docker("logs", self.name(service), check=False)

    def password(self, user: str) -> str:
        """Return a broker user's password, as `make credentials` gets it."""
        if not self._passwords:
            entrypoint = ("sh", "/mosquitto/config/entrypoint")
            lines = self.execute("mosquitto", *entrypoint, "credentials").splitlines()
            self._passwords = dict(line.split() for line in lines)
        return self._passwords[user]

    def client(self, user: str) -> Client:
        """Return a client of the broker: Client asks no more of a broker than this has."""
        broker: Any = self
        return Client(broker, user)

    @property
    def node(self) -> str:
        return settings.host_name()

    def topic(self, topic: Topic[Any], **levels: str) -> str:
        return topic.name("mantel", **({"node": self.node} | levels))

    def display(self) -> ClientConnection:
        """Connect as a display does."""
        return connect(f"ws://{self.host}:{self.stats_port}/", open_timeout=TIMEOUT_SECONDS)

    def first_frame(self) -> dict[str, Any]:
        """Return a frame as soon as there is one, from before the port is open."""
        deadline = time.monotonic() + 3 * TIMEOUT_SECONDS
        while True:
            try:
                with self.display() as display:
                    return dict(json.loads(display.recv(TIMEOUT_SECONDS)))
            except (OSError, WebSocketException) as error:
                if time.monotonic() > deadline:
                    raise TimeoutError(str(error)) from error
                time.sleep(0.01)

    def up_to_first_reading(self) -> float:
        """Start everything; return the seconds until a display has the first reading."""
        start = time.monotonic()
        with subprocess.Popen(
            ["docker", "compose", "up", "-d", "--wait"],
            cwd=self.tree,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as up:
            self.first_frame()
            seconds = time.monotonic() - start
            assert up.wait(6 * TIMEOUT_SECONDS) == 0
        return seconds

    def close(self) -> None:
        self.docker("rm", "-fv", *self.guests(), check=False)
        self.compose("--profile", "cli", "down", "-v", "--rmi", "local", "--remove-orphans")
        # the images that a rebuild left without a name
        label = f"label=com.docker.compose.project={self.project}"
        self.docker("rmi", *self.docker("images", "-q", "--filter", label).split(), check=False)

    def clear_broken_off(self) -> None:
        """Throw away what tests left that were killed: the engine would start it at each boot."""
        for project in json.loads(self.compose("ls", "--all", "--format", "json")):
            name = project["Name"]
            process = name.removeprefix(PROJECTS).partition("-")[0]
            if name.startswith(PROJECTS) and not Path("/proc", process).exists():
                self.compose("-p", name, "down", "-v", "--rmi", "local", "--remove-orphans")

    def guests(self) -> list[str]:
        """Return the containers that tests started beside those of compose."""
        label = f"label={self.project}"
        return self.docker("ps", "-aq", "--filter", label).split()

    def guest(self, name: str, *arguments: str) -> str:
        """Start a container that does nothing, unless arguments (image last) say otherwise."""
        what = arguments or ("python:3.13-slim", "sleep", "infinity")
        self.docker("run", "-d", "--init", "--label", self.project, "--name", name, *what)
        return name
