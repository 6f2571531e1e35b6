"""Reads the host's counters: psutil, and the kernel's files where psutil sees a container's.

In a container with the host's processes (`pid: host`) /proc is the host's but for the network
and the mounts, which are those of the reader; the host's stand under /proc/1.
"""

import os
import time
from datetime import UTC, datetime
from pathlib import Path

import psutil

from stats.interfaces import interface_bytes
from stats.mounts import mount_points
from stats.pi import Pi
from stats.sampling import DiskSample, Sample

_CPU_SENSORS = ("cpu_thermal", "cpu-thermal", "coretemp", "k10temp", "zenpower", "soc_thermal")


class Host:
    """The host this runs on, or the host of the container this runs in (`root` not empty)."""

    def __init__(self, root: str, sys: str) -> None:
        self._root = root
        self._process = "/proc/1" if root else "/proc/self"
        self._sys = Path(sys)
        self._pi = Pi(self._sys, Path(root or "/", "dev/vcio"))

    def sample(self) -> Sample:
        """Read everything once. Blocks for about a millisecond, longer on a failing disk."""
        memory = psutil.virtual_memory()
        swap = psutil.swap_memory()
        frequency = psutil.cpu_freq()
        io = psutil.disk_io_counters()
        pi = self._pi.read()
        return Sample(
            at=datetime.now().astimezone(),
            seconds=time.monotonic(),
            cores=[_busy_and_total(core) for core in psutil.cpu_times(percpu=True)],
            load=os.getloadavg(),
            memory=(memory.total, memory.available, memory.used),
            swap=(swap.total, swap.used),
            disks=self._disks(),
            disk_bytes=(io.read_bytes, io.write_bytes) if io else None,
            networks=interface_bytes(self._table("net/dev")),
            booted_at=datetime.fromtimestamp(psutil.boot_time(), UTC).astimezone(),
            frequency_hertz=int(frequency.current * 1_000_000) if frequency else None,
            temperature_celsius=self._temperature(),
            fan_rpm=_fan(),
            throttled=pi.throttled,
            core_volts=pi.core_volts,
            arm_hertz=pi.arm_hertz,
            core_hertz=pi.core_hertz,
        )

    def _table(self, name: str) -> str:
        try:
            return Path(self._process, name).read_text("utf-8", "replace")
        except OSError:
            return Path("/proc/self", name).read_text("utf-8", "replace")

    def _disks(self) -> list[DiskSample]:
        disks = []
        for mount in mount_points(self._table("mounts")):
            # In a container: mounted on the host later, so here it would be the disk below
            if mount != "/" and not os.path.ismount(self._root + mount):
                continue
            try:
                room = os.statvfs(self._root + mount)
            except OSError:  # unmounted since, or not for our eyes
                continue
            if room.f_blocks:
                used = (room.f_blocks - room.f_bfree) * room.f_frsize
                free = room.f_bavail * room.f_frsize
                disks.append(DiskSample(mount, room.f_blocks * room.f_frsize, used, free))
        return disks

    def _temperature(self) -> float | None:
        sensors = psutil.sensors_temperatures()
        names = [name for name in _CPU_SENSORS if name in sensors] or list(sensors)
        for name in names:
            for sensor in sensors[name]:
                if sensor.current is not None:
                    return float(sensor.current)
        return thermal_celsius(self._sys)


def thermal_celsius(sys: Path) -> float | None:
    """Return the temperature of the first thermal zone that gives one, CPU zones before others."""
    readings = []
    for zone in sorted(sys.glob("class/thermal/thermal_zone*")):
        try:
            kind = (zone / "type").read_text("ascii").strip() if (zone / "type").exists() else ""
            celsius = int((zone / "temp").read_text("ascii")) / 1000
        except (OSError, ValueError):
            continue
        readings.append(("cpu" not in kind and "pkg" not in kind, celsius))
    return min(readings, key=lambda reading: reading[0])[1] if readings else None


def _busy_and_total(times: "psutil._ntuples.scputimes") -> tuple[float, float]:
    # guest time is already part of user time
    total = sum(times) - getattr(times, "guest", 0.0) - getattr(times, "guest_nice", 0.0)
    return total - times.idle - getattr(times, "iowait", 0.0), total


def _fan() -> int | None:
    for fans in psutil.sensors_fans().values():
        for fan in fans:
            return int(fan.current)
    return None
