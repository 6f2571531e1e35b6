"""What the measures of the relay run on: a broker with WebSockets, a bridge, and devices."""

import contextlib
import hashlib
import json
import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.load_tools import program
from bench.network import own_network
from bench.process import SkipError, pinned, service
from bench.web_broker import WebBroker, broker_command, web_broker
from shared import topics
from shared.payloads import DeviceConfig
from shared.testing import Client, eventually, free_port

DEVICES = 1000
TOKEN = "a-token-for-measures-only"  # noqa: S105 - of a broker that lives for a minute
EVENTS, EVENT = "device/+/event", "device/bench%d/event"
"""What is published and asked for, without the root: events, which may not be left out."""


@dataclass(frozen=True)
class RelayHub:
    """A broker and a bridge on the first core; a thousand devices may come, `load-0` and so on."""

    broker: WebBroker
    bridge: int
    port: int

    @property
    def pids(self) -> tuple[int, int]:
        """The processes that serve devices of the relay."""
        return self.broker.pid, self.bridge


@contextmanager
def relay_hub(directory: Path) -> Iterator[RelayHub]:
    """Run one; SkipError where no Mosquitto with WebSockets or no compiler can be had."""
    program("fan")
    _raise_limit()
    port = free_port()
    with contextlib.ExitStack() as stack:
        command = broker_command(directory / "broker")
        stack.enter_context(own_network())
        broker = stack.enter_context(web_broker(directory / "broker", command))
        with Client(broker) as client:
            _let_devices_in(client)
        settings = {"WS_BRIDGE_RELAY_PORT": str(port)}
        bridge = stack.enter_context(service("ws-bridge", broker, directory, settings))
        stack.enter_context(pinned([broker.pid, bridge.pid]))
        hub = RelayHub(broker, bridge.pid, port)
        eventually(lambda: _gets_in(hub), times=2)
        yield hub


def _let_devices_in(client: Client) -> None:
    hashed = hashlib.sha256(TOKEN.encode()).hexdigest()
    config = topics.DEVICE_CONFIG.encode(DeviceConfig(token_hash=hashed, read=["device/#"]))
    for number in range(DEVICES):
        name = topics.DEVICE_CONFIG.name("mantel", id=f"load-{number}")
        client.publish(name, config, qos=int(number == DEVICES - 1), retain=True)


def _gets_in(hub: RelayHub) -> bool:
    """Tell whether the bridge knows the device that was let in last."""
    with contextlib.suppress(RuntimeError):
        last = f"load-{DEVICES - 1}"
        return bool(storm(hub.port, {"device": last, "clients": 1, "seconds": 1})["ready"])
    return False


Options = dict[str, object]
"""Options of a load, by their names without the dashes; True stands for one without a value."""


def fan(port: int, broker: WebBroker, pids: tuple[int, ...], options: Options) -> dict[str, Any]:
    """Run load/fan; return what it prints.

    `cpu` is what these processes spent together, in seconds.
    """
    return _run("fan", port, pids, {"broker": broker.port, **options})


def storm(port: int, options: Options, pids: tuple[int, ...] = ()) -> dict[str, Any]:
    """Run load/storm; return what it prints."""
    return _run("storm", port, pids, options)


def words(name: str, port: int, pids: tuple[int, ...], options: Options) -> list[str]:
    """Return the command line of a load; what speaks to the relay says who it is."""
    given = {"port": port, **options}
    if given.get("speak", "relay") == "relay":
        given = {"token": TOKEN, "filter": EVENTS, **given}
    line = [program(name)]
    for key, value in given.items():
        line.append(f"--{key}")
        line += [] if value is True else [str(value)]
    return line + [word for pid in pids for word in ("--server", str(pid))]


def _run(name: str, port: int, pids: tuple[int, ...], options: Options) -> dict[str, Any]:
    done = subprocess.run(
        words(name, port, pids, options), capture_output=True, text=True, timeout=180, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{name}: {done.stderr.strip() or done.returncode}")
    told: dict[str, Any] = json.loads(done.stdout)
    told["cpu"] = sum(told["cpu"].values())
    return told


def _raise_limit() -> None:
    """Allow a file for each device, here and in what is started from here."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if most < 2 * DEVICES:
        raise SkipError(f"the system allows only {most} open files")


def rss_bytes(pid: int) -> int:
    """Return the resident memory of a process, which is cheap to read again and again."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
