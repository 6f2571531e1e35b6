"""Which mounted file systems are worth showing, from the kernel's table. Pure."""

import re
from typing import NamedTuple

_OCTAL = re.compile(r"\\([0-7]{3})")
_SKIPPED_TYPES = frozenset({"squashfs", "iso9660", "udf", "erofs"})  # always full by design


class Mount(NamedTuple):
    """A mounted file system."""

    device: str
    mountpoint: str
    filesystem: str


def mounts(table: str) -> list[Mount]:
    """Return `/` and every mount of a local disk in /proc/mounts, in its order.

    When two are on one point the later hides the earlier.
    """
    found: dict[str, Mount] = {}
    for line in table.splitlines():
        fields = [_OCTAL.sub(lambda m: chr(int(m[1], 8)), field) for field in line.split(" ")]
        if len(fields) >= 3 and (fields[0].startswith("/dev/") or fields[1] == "/"):
            found[fields[1]] = Mount(*fields[:3])
    return list(found.values())


def mount_points(table: str) -> list[str]:
    """Return the mount points of local disks in /proc/mounts, `/` first, then by name.

    A device that is mounted more than once counts at its shortest mount point: the others are
    bind mounts of the same space.
    """
    shortest: dict[str, str] = {}
    for line in table.splitlines():
        fields = line.split(" ")
        if len(fields) < 3 or not fields[0].startswith("/dev/") or fields[2] in _SKIPPED_TYPES:
            continue
        device, mount = fields[0], _OCTAL.sub(lambda m: chr(int(m[1], 8)), fields[1])
        if device not in shortest or len(mount) < len(shortest[device]):
            shortest[device] = mount
    return ["/", *sorted(set(shortest.values()) - {"/"})]
