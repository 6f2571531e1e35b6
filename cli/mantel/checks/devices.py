"""The devices of this machine that services use: serial ports, the firmware, the Docker engine."""

import getpass
import os
import socket
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from mantel.checks.finding import Finding

ENGINE = Path("/var/run/docker.sock")

_MODEL = Path("proc/device-tree/model")
_ANSWER_SECONDS = 5.0


def serial_ports(root: Path) -> list[Finding]:
    """Return what there is to say of USB serial ports; `root` is / but in tests."""
    found = sorted([*root.glob("dev/ttyACM*"), *root.glob("dev/ttyUSB*")])
    if not found:
        return [Finding("serial ports", "ok", "none; only panels of buttons need one")]
    closed = [port for port in found if not os.access(port, os.R_OK | os.W_OK)]
    names = ", ".join(f"/{port.relative_to(root)}" for port in closed or found)
    if closed:
        advice = f"sudo usermod -aG dialout {_user()}, then log in again"
        return [Finding("serial ports", "warning", f"{names}: not open to this user", advice)]
    return [Finding("serial ports", "ok", names)]


def firmware(root: Path) -> list[Finding]:
    """Return whether a Raspberry Pi's firmware can be asked for voltage and throttling."""
    try:
        model = (root / _MODEL).read_text("utf-8").strip("\0\n")
    except OSError:
        model = ""
    if not model.startswith("Raspberry Pi"):
        return [Finding("firmware", "ok", "no Raspberry Pi: no voltage and throttling to tell of")]
    device = root / "dev/vcio"
    if os.access(device, os.R_OK):
        return [Finding("firmware", "ok", f"{model}, /dev/vcio can be read")]
    advice = f"sudo usermod -aG video {_user()}, then log in again"
    return [Finding("firmware", "warning", f"{model}, /dev/vcio cannot be read", advice)]


def engine(address: str, wanted: bool) -> Finding:
    """Return whether the Docker engine answers at `address` (empty: its usual socket).

    `wanted` when settings name it or its containers; else it may as well not be there.
    """
    path = Path(address.removeprefix("unix://")) if not address.startswith("tcp") else None
    if not address:
        path = ENGINE
        if not path.exists() and not wanted:
            return Finding("docker", "ok", "no engine; containers are not shown")
    try:
        said = _ping(path, address)
    except PermissionError:
        advice = f"sudo usermod -aG docker {_user()}, then log in again"
        return Finding("docker", "warning", f"{path}: not open to this user", advice)
    except (OSError, HTTPException, ValueError) as error:
        text = f"no engine answers at {address or path} ({error})"
        return Finding("docker", "warning", text, "start it: sudo systemctl start docker")
    return Finding("docker", "ok", f"engine at {address or path} answers (API {said})")


def _ping(path: Path | None, address: str) -> str:
    """Ask the engine for its version; OSError, ValueError or HTTPException when it has none."""
    host, _, port = address.removeprefix("tcp://").partition(":")
    connection = HTTPConnection(
        host if path is None else "localhost",
        int(port or 2375) if path is None else None,
        timeout=_ANSWER_SECONDS,
    )
    try:
        if path is not None:
            connection.sock = socket.socket(socket.AF_UNIX)
            connection.sock.settimeout(_ANSWER_SECONDS)
            connection.sock.connect(str(path))
        connection.request("GET", "/_ping")
        answer = connection.getresponse()
        if answer.status != 200:
            raise ValueError(f"it answers {answer.status}")
        return answer.getheader("Api-Version", "unknown")
    finally:
        connection.close()


def _user() -> str:
    return getpass.getuser()
