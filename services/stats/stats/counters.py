"""Reads the host's counters for each reading, as cheaply as it goes.

In a container with the host's processes (`pid: host`) /proc is the host's but for the network
and the mounts, which are those of the reader; the host's stand under /proc/1.
"""

import os
import time
from datetime import UTC, datetime
from pathlib import Path

from stats import kernel
from stats.interfaces import interface_bytes
from stats.mounts import mount_points
from stats.pi import Pi, PiReading
from stats.rooms import Rooms
from stats.sampling import DiskSample, Sample
from stats.sensors import Sensors
from stats.table import Table

_VIRTUAL = ("loop", "ram", "zram", "dm-", "md")  # on top of others, whose bytes they are


class Counters:
    """The host this runs on, or the host of the container this runs in (`root` not empty).

    `look` comes first, and again each minute.
    """

    def __init__(self, root: str, sys: str) -> None:
        process = "/proc/1" if root else "/proc/self"
        self._sys = Path(sys)
        self._stat = Table("/proc/stat")
        self._meminfo = Table("/proc/meminfo")
        self._diskstats = Table("/proc/diskstats")
        self._interfaces = Table(f"{process}/net/dev", "/proc/self/net/dev")
        self._mounts = Table(f"{process}/mounts", "/proc/self/mounts")
        self._pi = Pi(self._sys, Path(root or "/", "dev/vcio"))
        self._sensors = Sensors(self._sys)
        self._rooms = Rooms(root)
        self._disks: list[DiskSample] = []
        self._block_devices: frozenset[str] = frozenset()
        self._has_firmware = False
        self._booted = (0, datetime.fromtimestamp(0, UTC))

    def look(self) -> None:
        """Read what changes slowly: disks, and which sensors there are.

        Blocks on a bad disk. It may run in a thread: what `sample` uses of it is replaced whole.
        """
        self._sensors.look()
        self._has_firmware = self._pi.read() != PiReading()
        try:
            names = [entry.name for entry in (self._sys / "block").iterdir()]
        except OSError:
            names = []
        self._block_devices = frozenset(n for n in names if not n.startswith(_VIRTUAL))
        rooms = self._rooms.read(mount_points(self._mounts.read()))
        self._disks = [
            DiskSample(mount, *room) for mount, room in rooms.items() if room and room.total
        ]

    def sample(self) -> Sample:
        """Read all else in a fraction of a millisecond; OSError, ValueError or KeyError."""
        stat = self._stat.read()
        memory = kernel.memory(self._meminfo.read())
        pi = self._pi.read() if self._has_firmware else PiReading()
        return Sample(
            at=datetime.now(UTC).astimezone(),
            seconds=time.monotonic(),
            cores=kernel.cores(stat),
            load=os.getloadavg(),
            memory=memory[:3],
            swap=memory[3:],
            disks=self._disks,
            disk_bytes=self._disk_bytes(),
            networks=interface_bytes(self._interfaces.read()),
            booted_at=self._booted_at(kernel.boot_seconds(stat)),
            frequency_hertz=self._sensors.clock_hertz(),
            temperature_celsius=self._sensors.temperature_celsius(),
            fan_rpm=self._sensors.fan_rpm(),
            throttled=pi.throttled,
            core_volts=pi.core_volts,
            arm_hertz=pi.arm_hertz,
            core_hertz=pi.core_hertz,
        )

    def _disk_bytes(self) -> tuple[int, int] | None:
        """Return bytes read and written; some containers have no such table."""
        try:
            return kernel.disk_bytes(self._diskstats.read(), self._block_devices)
        except OSError:
            return None

    def _booted_at(self, seconds: int) -> datetime:
        """Return that time in the host's zone; it changes only when the clock is set."""
        if seconds != self._booted[0]:
            self._booted = seconds, datetime.fromtimestamp(seconds, UTC).astimezone()
        return self._booted[1]
