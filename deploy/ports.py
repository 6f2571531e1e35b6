"""Which ports the hub needs, and who has them already."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import psutil

from shared.settings import Settings, extra, hints


@dataclass(frozen=True)
class Owner:
    """A process that listens on a port; `pid` is None where this user may not see it."""

    pid: int | None
    command: str = ""

    def __str__(self) -> str:
        """Return it as it stands in a sentence."""
        if self.pid is None:
            return "a process of another user (sudo ss -ltnp shows it)"
        return f"{self.command or 'a process'} (process {self.pid})"


def wanted(every: Iterable[Settings]) -> dict[str, int]:
    """Return the TCP port of each listener by the name of its setting; a port 0 is off.

    A listener's port is a setting that a service has for itself and whose name ends in PORT.
    """
    return {
        field.upper(): port
        for settings in every
        for field in settings.__struct_fields__
        if field.endswith("_port") and field not in Settings.__struct_fields__
        if (port := getattr(settings, field)) and "udp" not in extra(hints(type(settings))[field])
    }


def clashes(ports: Mapping[str, int], owners: Mapping[int, Owner]) -> dict[str, str]:
    """Return one sentence for each setting whose port cannot be had."""
    said: dict[str, str] = {}
    first: dict[int, str] = {}
    for name, port in ports.items():
        if port in first:
            said[name] = f"port {port} is wanted twice, by {first[port]} and {name}"
        elif port in owners:
            said[name] = f"port {port} ({name}) is taken by {owners[port]}"
        first.setdefault(port, name)
    return said


def owners() -> dict[int, Owner]:
    """Return who listens on each TCP port of this machine."""
    found: dict[int, Owner] = {}
    for connection in psutil.net_connections("tcp"):
        if connection.status == psutil.CONN_LISTEN and connection.laddr:
            port = connection.laddr.port
            if port not in found or found[port].pid is None:
                found[port] = Owner(connection.pid, _command(connection.pid))
    return found


def _command(pid: int | None) -> str:
    """Return what a process was started as, short enough for a line."""
    if pid is None:
        return ""
    try:
        process = psutil.Process(pid)
        return " ".join(process.cmdline())[:80] or str(process.name())
    except psutil.Error:
        return ""
