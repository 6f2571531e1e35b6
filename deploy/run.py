"""Runs the hub without Docker: checks what can be wrong, then becomes supervisord.

All problems of one kind are printed together, one a line.
Exit codes: 0 stopped by SIGINT, SIGTERM or SIGHUP, 2 bad settings, 1 anything else.
"""

import configparser
import fcntl
import getpass
import importlib
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, NoReturn

from msgspec import Meta

from deploy import ports
from deploy.supervise import LOCK_FD
from shared.errors import SettingsError
from shared.settings import PortOrOff, Settings, load

ROOT = Path(__file__).resolve().parents[1]
CONF = "deploy/supervisord.conf"
DATA = Path("data")
BROKER = "mosquitto"
PANEL = "panel"

_LOG_FD = 3  # of the broker and of all services, see `start`


class BrokerSettings(Settings, frozen=True, kw_only=True):
    """What can be set of the broker."""

    mqtt_websockets_port: Annotated[
        PortOrOff, Meta(description="Port for MQTT over WebSocket; 0: off")
    ] = 9001

    @property
    def own(self) -> bool:
        """Whether the broker is ours; else MQTT_HOST names another."""
        return self.mqtt_host in ("localhost", "127.0.0.1", "::1")


def main() -> NoReturn:
    """Check everything, then become supervisord, or say what is wrong and end."""
    os.chdir(ROOT)
    names = services()
    try:
        broker, *others = load_all([BrokerSettings, *map(settings_of, names)], os.environ)
    except SettingsError as error:
        leave(2, error.problems)
    assert isinstance(broker, BrokerSettings)  # noqa: S101
    claim(DATA)
    if broker.own and subprocess.run(["deploy/packages", BROKER], check=False).returncode:
        sys.exit(1)
    if taken := taken_ports(broker, others, ports.owners()):
        leave(1, taken)
    end = "; Ctrl-C ends all" if sys.stdout.isatty() else ""
    print(f"run: starting {', '.join([BROKER] * broker.own + names)}{end}", flush=True)
    mock_panel = os.environ.get("HUB_MOCK") == "true" and not any(
        getattr(settings, "serial_bridge_ports", ()) for settings in others
    )
    if mock_panel:
        os.environ["SERIAL_BRIDGE_PORTS"] = f"{PANEL}={ROOT / DATA / PANEL}"
    become_supervisord(broker, mock_panel=mock_panel)


def leave(code: int, reasons: Sequence[str]) -> NoReturn:
    """Print the reasons, one a line, and end."""
    for reason in reasons:
        print(f"run: {reason}", file=sys.stderr)
    sys.exit(code)


def services(conf: Path = ROOT / CONF) -> list[str]:
    """Return the names of the services that supervisord starts."""
    parser = configparser.RawConfigParser()
    parser.read_string(conf.read_text("utf-8"))
    programs = [name.partition(":")[2] for name in parser.sections() if name[:8] == "program:"]
    return [name for name in programs if name not in (BROKER, PANEL)]


def settings_of(service: str) -> type[Settings]:
    """Return the class of a service's settings."""
    kind: type[Settings] = importlib.import_module(f"{service.replace('-', '_')}.settings").Settings
    return kind


def load_all(
    kinds: Sequence[type[Settings]], environ: Mapping[str, str], directory: Path = Path()
) -> list[Settings]:
    """Return the settings of each kind; SettingsError with the problems of all of them."""
    loaded: list[Settings] = []
    problems: dict[str, None] = {}
    for kind in kinds:
        try:
            loaded.append(load(kind, environ, directory)[0])
        except SettingsError as error:
            problems |= dict.fromkeys(error.problems)
    if problems:
        raise SettingsError(list(problems))
    return loaded


def claim(data: Path) -> None:
    """Make the data folder, and be the only one that uses it until this process ends."""
    try:
        data.mkdir(exist_ok=True)
        lock = os.open(data / "run.lock", os.O_RDWR | os.O_CREAT, 0o644)
        if (data / BROKER).exists() and not os.access(data / BROKER, os.W_OK):
            raise PermissionError
    except PermissionError:
        leave(
            1, [f"{data} belongs to another user: type  sudo chown -R {getpass.getuser()} {data}"]
        )
    except OSError as error:
        leave(1, [f"{data} cannot be written: {error.strerror}"])
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pid = os.read(lock, 20).decode()
        end = "end it by Ctrl-C where it runs, or by  sudo systemctl stop mantel"
        leave(1, [f"Mantel already runs here (process {pid}): {end}"])
    os.truncate(lock, 0)
    os.write(lock, str(os.getpid()).encode())
    os.dup2(lock, LOCK_FD)


def taken_ports(
    broker: BrokerSettings, others: Sequence[Settings], owners: Mapping[int, ports.Owner]
) -> list[str]:
    """Return what to say of ports that cannot be had, and of a broker that is not ours."""
    if not broker.own:
        return list(ports.clashes(ports.wanted(others), owners).values())
    wanted = {"MQTT_PORT": broker.mqtt_port} | ports.wanted([broker, *others])
    lines = list(ports.clashes(wanted, owners).values())
    owner = owners.get(broker.mqtt_port)
    if owner is None:
        return lines
    if "mosquitto -c /etc/" in owner.command:
        stop = "sudo systemctl disable --now mosquitto"
    else:
        stop = f"sudo kill {owner.pid or 'PROCESS'}"
    return [
        *lines,
        f"  to stop what is on port {broker.mqtt_port}:  {stop}",
        "  or to have Mantel's broker on another:  MQTT_PORT=1884 in .env",
        "  or to use that broker:  MQTT_HOST=(its host's name, not localhost), MQTT_USERNAME and "
        "MQTT_PASSWORD in .env",
    ]


def become_supervisord(broker: BrokerSettings, *, mock_panel: bool) -> NoReturn:
    """Replace this process; the broker's entrypoint reads no .env and is told by environment."""
    os.environ |= {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HUB_OWN_BROKER": str(broker.own).lower(),
        "HUB_MOCK_PANEL": str(mock_panel).lower(),
        "MOSQUITTO_DATA": str(DATA / BROKER),
        "MQTT_PORT": str(broker.mqtt_port),
        "MQTT_WEBSOCKETS_PORT": str(broker.mqtt_websockets_port),
        "MQTT_ROOT": broker.mqtt_root,
        "HA_DISCOVERY_PREFIX": broker.ha_discovery_prefix,
    }
    os.dup2(sys.stdout.fileno(), _LOG_FD)
    # Else supervisord warns that it runs as root
    user = ["-u", "root"] if os.geteuid() == 0 else []
    command = [sys.executable, "-m", "deploy.supervise", "-c", CONF, *user]
    os.execv(sys.executable, command)  # noqa: S606


if __name__ == "__main__":
    main()
