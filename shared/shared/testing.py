"""Parts that tests are made of: a real broker, a plain client, the one timeout."""

import os
import queue
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.subscribeoptions import SubscribeOptions

TIMEOUT_SECONDS = 10
"""How long a test waits for anything at most; where a thing works it comes at once."""

MOSQUITTO = Path(__file__).resolve().parents[2] / "mosquitto"
"""The broker's folder in the repository: its configuration and `entrypoint`."""

TESTER = "tester"
"""A user that exists in tests only: reads and writes everything."""


def free_port() -> int:
    """Return a TCP port on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(check: Callable[[], object]) -> None:
    """Return as soon as `check()` is true; TimeoutError when it does not come true."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not check():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.01)


class Broker:
    """A real Mosquitto, run by our own `mosquitto/entrypoint` below `directory`.

    `with Broker(tmp_path) as broker:` starts it and stops it again. It keeps its port, its
    passwords and its retained messages from one start to the next. `settings` are added to the
    entrypoint's environment. The test is skipped where no Mosquitto is installed.
    """

    host = "127.0.0.1"

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
            self._process.terminate()
            self._process.wait(TIMEOUT_SECONDS)
            self._process = None

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


class Client:
    """A plain paho client, for what a test says and sees as some user.

    `with Client(broker) as client:` is connected as the tester. Everything blocks until it is
    done, or fails after TIMEOUT_SECONDS; an async test calls it by `asyncio.to_thread`.
    `user` None is nobody; `password` is the user's own unless it is given.
    """

    def __init__(
        self,
        broker: Broker,
        user: str | None = TESTER,
        *,
        password: str | None = None,
        protocol: MQTTProtocolVersion = MQTTProtocolVersion.MQTTv5,
    ) -> None:
        self._broker = broker
        self.paho = paho.Client(
            CallbackAPIVersion.VERSION2, protocol=protocol, reconnect_on_failure=False
        )
        if user is not None:
            self.paho.username_pw_set(user, broker.password(user) if password is None else password)
        # paho closes its last sockets when it is freed, so nothing of it may point back to us
        self.disconnected = disconnected = threading.Event()
        self._connected = connected = queue.SimpleQueue[Any]()
        self._subscribed = subscribed = queue.SimpleQueue[int]()
        self._messages = messages = queue.SimpleQueue[paho.MQTTMessage]()
        self.paho.on_connect = lambda *told: connected.put(told[3])
        self.paho.on_subscribe = lambda *told: subscribed.put(told[2])
        self.paho.on_message = lambda *told: messages.put(told[2])
        self.paho.on_disconnect = lambda *_: disconnected.set()

    def __enter__(self) -> Self:
        """Connect; PermissionError when the broker refuses."""
        self.paho.connect(self._broker.host, self._broker.port)
        self.paho.loop_start()
        reason = self._connected.get(timeout=TIMEOUT_SECONDS)
        if reason.is_failure:
            self.paho.loop_stop()
            raise PermissionError(str(reason))
        return self

    def __exit__(self, *_: object) -> None:
        self.paho.disconnect()
        self.paho.loop_stop()

    def subscribe(self, *filters: str, qos: int = 1) -> None:
        """Subscribe to all `filters` and wait until the broker has noted it."""
        how: Any = SubscribeOptions(qos) if self.paho.protocol == paho.MQTTv5 else qos
        self.paho.subscribe([(name, how) for name in filters])
        self._subscribed.get(timeout=TIMEOUT_SECONDS)

    def publish(
        self, topic: str, payload: bytes | str = b"", *, qos: int = 1, retain: bool = False
    ) -> None:
        """Publish, and wait until the broker has it where `qos` is 1."""
        self.paho.publish(topic, payload, qos, retain).wait_for_publish(TIMEOUT_SECONDS)

    def receive(self, seconds: float = TIMEOUT_SECONDS) -> paho.MQTTMessage:
        """Return the next message; queue.Empty when none comes within `seconds`."""
        return self._messages.get(timeout=seconds)

    def drain(self) -> list[paho.MQTTMessage]:
        """Return all messages that the broker sent up to now.

        It sends in order, so what came before its answer to one more subscription is all.
        """
        self.subscribe("drain/nothing/is/here", qos=0)
        return [self._messages.get_nowait() for _ in range(self._messages.qsize())]
