"""Which mounted file systems are worth showing, from the kernel's table. Pure."""

import re

_OCTAL = re.compile(r"\\([0-7]{3})")
_SKIPPED_TYPES = frozenset({"squashfs", "iso9660", "udf", "erofs"})  # always full by design


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
