"""A Mosquitto that speaks MQTT over WebSocket too, for the measures of the relay.

Debian 13's, which runs beside that of an older system: 2.0.11 of Debian 12 waits up to 100 ms
after each 4 kB that it sends. It asks nobody for a name and keeps nothing on the disk: passwords
and rights would cost the peer something for each delivery, and a ratio that lives on that would
tell nothing. It serves our side of a comparison as well.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.process import SkipError, running
from deploy import newer_debian
from shared.testing import eventually, free_port

_CONFIG = """
allow_anonymous true
persistence false
set_tcp_nodelay true
max_queued_messages 100000
max_queued_bytes 0
log_dest stderr
user root
listener {port} 127.0.0.1
listener {websockets_port} 127.0.0.1
protocol websockets
"""
_OLDEST = (2, 0, 21)
_PATH = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin"


class WebBroker:
    """A running broker: its process and where it listens."""

    host = "127.0.0.1"

    def __init__(self, version: str, pid: int, port: int, websockets_port: int) -> None:
        self.version = version
        self.pid = pid
        self.port = port
        self.websockets_port = websockets_port

    def password(self, user: str) -> str:  # noqa: ARG002 - as every broker has it
        """Return nothing: nobody is asked."""
        return ""

    def environment(self, service: str) -> dict[str, str]:  # noqa: ARG002 - as above
        """Return the settings by which a service reaches this broker."""
        return {"MQTT_HOST": self.host, "MQTT_PORT": str(self.port)}


@contextmanager
def web_broker(directory: Path, command: list[str]) -> Iterator[WebBroker]:
    """Run what `broker_command` found, in `directory`."""
    port, websockets_port = free_port(), free_port()
    directory.mkdir(parents=True, exist_ok=True)
    config = directory / "mosquitto.conf"
    config.write_text(_CONFIG.format(port=port, websockets_port=websockets_port))
    log = directory / "output.log"
    with running([*command, "-c", str(config)], directory) as process:
        # `notice`, its usual level, tells of each listener
        eventually(lambda: process.poll() is not None or " running" in log.read_text())
        if process.poll() is not None:
            raise RuntimeError(f"mosquitto ended: {log.read_text().strip().splitlines()[-1]}")
        yield WebBroker(_told_version(log.read_text()), process.pid, port, websockets_port)


def _told_version(log: str) -> str:
    found = re.search(r"mosquitto version (\S+) starting", log)
    return found[1] if found else "?"


def broker_command(directory: Path) -> list[str]:
    """Return the words that start a Mosquitto with WebSockets, the system's if that is new.

    It may be fetched; SkipError where none can be had.
    """
    directory.mkdir(parents=True, exist_ok=True)
    own = shutil.which("mosquitto", path=_PATH)
    if own is not None and _version(own) >= _OLDEST and _knows_websockets(own, directory):
        return [own]
    try:
        return newer_debian.command("mosquitto")
    except newer_debian.UnavailableError as reason:
        raise SkipError(f"no Mosquitto 2.0.21 with WebSockets here: {reason}") from None


def _version(program: str) -> tuple[int, ...]:
    done = subprocess.run([program, "-h"], capture_output=True, text=True, timeout=10, check=False)
    found = re.match(r"mosquitto version (\d+)\.(\d+)\.(\d+)", done.stdout)
    return tuple(map(int, found.groups())) if found else ()


def _knows_websockets(program: str, directory: Path) -> bool:
    """Tell whether it was built with them; the bogus option ends it before it listens."""
    probe = directory / "probe.conf"
    probe.write_text("listener 9001\nprotocol websockets\nend_here true\n")
    done = subprocess.run(
        [program, "-c", str(probe)], capture_output=True, text=True, timeout=10, check=False
    )
    return "support not available" not in done.stdout + done.stderr
