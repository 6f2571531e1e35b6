"""The kernel's tables of CPU, memory and disks. Pure.

They are read each two seconds for years, so the cost of a reading counts: psutil opens more files
for the same numbers, and takes five times as long. A test holds these numbers to psutil's.
"""

from collections.abc import Collection
from typing import NamedTuple

_SECTOR_BYTES = 512  # in this table, whatever the disk's own


def cores(stat: str) -> list[tuple[float, float]]:
    """Return busy and total ticks of each core since boot, from /proc/stat."""
    found = []
    for line in stat.splitlines()[1:]:
        if not line.startswith("cpu"):
            break
        # user nice system idle iowait irq softirq steal; guest time is part of user time
        ticks = [int(field) for field in line.split()[1:9]]
        total = sum(ticks)
        found.append((float(total - ticks[3] - ticks[4]), float(total)))
    return found


def boot_seconds(stat: str) -> int:
    """Return when the host was started, in Unix seconds; ValueError when it does not say."""
    return int(stat[stat.index("btime ") + 6 :].split("\n", 1)[0])


class Memory(NamedTuple):
    """Bytes; `used` leaves out what the kernel gives back at once (buffers and caches)."""

    total: int
    available: int
    used: int
    swap_total: int
    swap_used: int


def memory(meminfo: str) -> Memory:
    """Return the memory that /proc/meminfo tells; ValueError when it is none."""
    total = _memory_bytes(meminfo, "MemTotal:")
    available = _memory_bytes(meminfo, "MemAvailable:")
    swap_total = _memory_bytes(meminfo, "SwapTotal:")
    return Memory(
        total=total,
        available=available,
        used=total - available,
        swap_total=swap_total,
        swap_used=swap_total - _memory_bytes(meminfo, "SwapFree:"),
    )


def _memory_bytes(meminfo: str, name: str) -> int:
    """Pick one line: four of fifty are needed, and to take all apart costs ten times as much."""
    start = meminfo.index(name) + len(name)
    return int(meminfo[start : meminfo.index("kB", start)]) * 1024


def disk_bytes(diskstats: str, disks: Collection[str]) -> tuple[int, int] | None:
    """Return bytes read and written since boot by `disks` together, None when none is there."""
    read = written = 0
    found = False
    for line in diskstats.splitlines():
        fields = line.split()
        if len(fields) > 9 and fields[2] in disks:
            found = True
            read += int(fields[5])
            written += int(fields[9])
    return (read * _SECTOR_BYTES, written * _SECTOR_BYTES) if found else None
