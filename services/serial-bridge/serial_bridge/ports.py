"""Which panels there are: those that are configured, else the Espressif ports that are found."""

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from shared.topic import ID, RESERVED_IDS

BY_ID = Path("/dev/serial/by-id")
FIRST = "panel"
"""Name of the first panel where none is configured."""

# What is not ASCII could not be told of, and udev makes no such names
_ESPRESSIF = re.compile(r"(usb-Espressif_[!-~]+?)(-if[0-9a-f]+)?(-port\d+)?")


def parse_ports(entries: Iterable[str]) -> dict[str, str]:
    """Return the path of each panel by its name; ValueError with what is wrong with an entry."""
    ports: dict[str, str] = {}
    for entry in entries:
        name, separator, path = (part.strip() for part in entry.partition("="))
        if not separator or not path.startswith("/"):
            raise ValueError(f"{entry}: must be `name=/path/of/port`")
        if not ID.fullmatch(name) or name in RESERVED_IDS:
            raise ValueError(f"{entry}: a name is of a to z, 0 to 9, - and _, and no reserved word")
        if name in ports:
            raise ValueError(f"{entry}: there are two panels of this name")
        if path.encode("utf-8", "replace").decode() != path:
            raise ValueError(f"{entry}: the path is not UTF-8")
        if path in ports.values():
            raise ValueError(f"{entry}: there are two panels on this port")
        ports[name] = path
    return ports


def find_ports(directory: Path = BY_ID) -> list[str]:
    """Return the names of Espressif ports in `directory`, one a device, sorted."""
    try:
        found = sorted(os.listdir(directory))  # noqa: PTH208 - asked each second, and cheaper
    except OSError:
        return []
    devices: dict[str, str] = {}
    for name in found:
        if match := _ESPRESSIF.fullmatch(name):
            devices.setdefault(match[1], name)  # of several interfaces the first talks
    return list(devices.values())


class Names:
    """Gives each port that is found a panel's name, which it keeps while the service runs."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def take(self, found: Sequence[str]) -> dict[str, str]:
        """Return the new ones of `found` by the names that they get: panel, panel-2, ..."""
        new = {}
        for port in found:
            if port not in self._names:
                number = len(self._names) + 1
                self._names[port] = name = FIRST if number == 1 else f"{FIRST}-{number}"
                new[name] = port
        return new


def identity(path: str) -> tuple[int, int, int] | None:
    """Return what changes when another device stands behind `path`; None when there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116 - asked each second, and cheaper
    except OSError:
        return None
    return found.st_ino, found.st_rdev, found.st_ctime_ns
