"""A real broker for tests."""

import atexit
import contextlib
import functools
import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Self

import pytest

from shared.testing.client import TESTER, Client
from shared.testing.port import free_port
from shared.testing.waiting import TIMEOUT_SECONDS, eventually

MOSQUITTO = Path(__file__).resolve().parents[3] / "mosquitto"
"""The broker's folder in the repository: its configuration and `entrypoint`."""


class Broker:
    """A real Mosquitto, run by our own `mosquitto/entrypoint` below `directory`.

    `with Broker(tmp_path) as broker:` starts it and stops it again. It keeps its port, its
    passwords and its retained messages from one start to the next. `settings` are added to the
    entrypoint's environment. The test is skipped where no Mosquitto is installed.
    """

    host = "127.0.0.1"
    makes_users = False
    """Whether the first start makes the users, as in a home, or finds those of `_made_users`."""

    def __init__(
        self,
        directory: Path,
        *,
        websockets: bool = False,
        settings: dict[str, str] | None = None,
    ) -> None:
        if not shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin"):
            pytest.skip("mosquitto is not installed")
        self.port = free_port()
        self.websockets_port = free_port() if websockets else 0
        self.data = directory / "data"
        self.config = directory / "config"
        self.settings = settings or {}
        self._log_file = directory / "broker.log"
        self._process: subprocess.Popen[bytes] | None = None
        # The tester is a user of this copy alone
        if not self.config.exists():
            shutil.copytree(MOSQUITTO, self.config)
            with (self.config / "acl").open("a") as rights:
                rights.write(f"\nuser {TESTER}\ntopic readwrite #\ntopic readwrite $SYS/#\n")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start, and return when it accepts connections; RuntimeError with its log when it ends."""
        if not (self.makes_users or self.data.exists()):
            shutil.copytree(_made_users(), self.data)
        with self._log_file.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603
                [self.config / "entrypoint"],
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        eventually(lambda: self._answers(self.port))
        if self.websockets_port and f"{self.websockets_port} is not served" not in self.log:
            eventually(lambda: self._answers(self.websockets_port))

    def _answers(self, port: int) -> bool:
        try:
            socket.create_connection((self.host, port), TIMEOUT_SECONDS).close()
        except OSError as error:
            if self._process is None or self._process.poll() is not None:
                raise RuntimeError(self.log) from error
            return False
        return True

    def stop(self) -> None:
        """End it by SIGTERM, as an operator does; it saves what is retained."""
        if self._process is not None:
            eventually(self._has_ended)
            self._process = None

    def _has_ended(self) -> bool:
        """Tell it to end: more than once, for it forgets what came just as its port was opened."""
        process = self._process
        if process is not None:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(1)
        return process is None or process.returncode is not None

    def kill(self) -> None:
        """End it by SIGKILL, as a power cut does; what was not saved is lost."""
        if self._process is not None:
            self._process.kill()
        self.stop()

    def restart(self) -> None:
        """Stop and start."""
        self.stop()
        self.start()

    @property
    def pid(self) -> int:
        """The broker's process; 0 when it does not run."""
        return self._process.pid if self._process else 0

    @property
    def log(self) -> str:
        """What it printed in all its starts."""
        return self._log_file.read_text()

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Call the entrypoint beside the broker, as in `run("device", "clock")`."""
        return subprocess.run(  # noqa: S603
            [self.config / "entrypoint", *arguments],
            env=self._environment(),
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "MOSQUITTO_DATA": str(self.data),
            "MOSQUITTO_BIND": self.host,
            "MQTT_PORT": str(self.port),
            "MQTT_WEBSOCKETS_PORT": str(self.websockets_port),
            **self.settings,
        }

    def password(self, user: str) -> str:
        """Return the password of a user of the hub, of a device or of the tester."""
        for kind in ("credentials", "devices"):
            file = self.data / kind / user / "password"
            if file.exists():
                return file.read_text().strip()
        raise KeyError(user)

    def environment(self, service: str) -> dict[str, str]:
        """Return the settings by which `service` (or any other user) reaches this broker."""
        return {
            "MQTT_HOST": self.host,
            "MQTT_PORT": str(self.port),
            "MQTT_USERNAME": service,
            "MQTT_PASSWORD": self.password(service),
        }

    def admits(self, user: str, password: str | None = None) -> bool:
        """Tell whether it lets `user` in, with its own password unless another is given."""
        try:
            with Client(self, user, password=password):
                return True
        except PermissionError:
            return False


@functools.cache
def _made_users() -> Path:
    """Return a data folder with the hub's users alone, made once: it is the most of a start."""
    directory = Path(tempfile.mkdtemp(prefix="mantel-users-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    first = Broker(directory)
    first.data.mkdir()
    with first:
        pass
    users = directory / "users"
    users.mkdir()
    for name in ("credentials", "passwords"):
        (first.data / name).rename(users / name)
    return users
