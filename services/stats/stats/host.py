"""Reads the host's counters: psutil, and the kernel's files where psutil sees a container's.

In a container with the host's processes (`pid: host`) /proc is the host's but for the network
and the mounts, which are those of the reader; the host's stand under /proc/1.
"""

import os
import time
from pathlib import Path

import psutil

from stats.hardware import Hardware
from stats.interfaces import interface_counters
from stats.machine import about
from stats.mounts import mounts
from stats.pi import Pi
from stats.process_table import ProcessTable
from stats.processes import Process
from stats.rooms import Rooms
from stats.sensors import Sensors, asked
from stats.snapshot import Cores, Device, Snapshot
from stats.wireless import Wireless

_SOCKETS = ("tcp", "tcp6", "udp", "udp6")


class Host:
    """The host this runs on, or the host of the container this runs in (`root` not empty)."""

    def __init__(self, root: str, sys: str) -> None:
        self._root = root
        self._process = "/proc/1" if root else "/proc/self"
        self._sys = Path(sys)
        self._sensors = Sensors(self._sys)
        self._pi = Pi(self._sys, Path(root or "/", "dev/vcio"))
        self._hardware = Hardware(root, self._sys)
        self._wireless = Wireless(root)
        self._rooms = Rooms(root)
        self._processes = ProcessTable(root)

    def _table(self, name: str) -> str:
        try:
            return Path(self._process, name).read_text("utf-8", "replace")
        except OSError:
            return Path("/proc/self", name).read_text("utf-8", "replace")

    def snapshot(self) -> Snapshot:
        """Read what the HTTP API tells of the host. Blocks for some milliseconds."""
        self._sensors.look()
        memory, swap = psutil.virtual_memory(), psutil.swap_memory()
        frequency = asked(psutil.cpu_freq)
        details = self._pi.details()
        return Snapshot(
            at=time.time(),
            uptime=self.uptime(),
            cores=self.cores(),
            frequency=frequency.current if frequency else None,
            temperature=self._sensors.temperature_celsius(),
            load=os.getloadavg(),
            memory=(memory.total, memory.available, memory.used, memory.percent),
            swap=(swap.total, swap.used, swap.free, swap.percent),
            disk=self._rooms.read(["/"])["/"],
            disk_io=self.disk_io(),
            network=self.network(),
            gpu=details.gpu,
            power=details.power,
            clocks=details.clocks,
            hardware=self._hardware.read(),
        )

    def cores(self) -> Cores:
        """Return busy and total CPU seconds of each core since boot."""
        return [_busy_and_total(core) for core in psutil.cpu_times(percpu=True)]

    def uptime(self) -> float:
        """Return the seconds since the host was started."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    def memory_percent(self) -> float:
        """Return the share of memory that is not available."""
        return float(psutil.virtual_memory().percent)

    def disk_io(self) -> dict[str, int]:
        """Return the counters of all disks together, empty when the kernel has none."""
        io = asked(psutil.disk_io_counters)
        keys = (
            "read_count", "write_count", "read_bytes", "write_bytes", "read_time", "write_time",
        )  # fmt: skip
        return {key: getattr(io, key) for key in keys} if io else {}

    def network(self) -> dict[str, dict[str, int] | int]:
        """Return the counters of each interface and the count of sockets; empty on failure."""
        try:
            found: dict[str, dict[str, int] | int] = {**interface_counters(self._table("net/dev"))}
            found["active_connections"] = sum(
                max(0, self._table(f"net/{kind}").count("\n") - 1) for kind in _SOCKETS
            )
        except (OSError, ValueError):
            return {}
        for name, strength in self._wireless.read().items():
            interface = found.get(name)
            if isinstance(interface, dict):
                interface["signal_strength"] = strength
        return found

    def devices(self) -> list[Device]:
        """Return the mounted disks with their room, None where it cannot be had."""
        table = mounts(self._table("mounts"))
        rooms = self._rooms.read([mount.mountpoint for mount in table])
        # A second mount of a disk has the same room, and may not look mounted in a container
        known = {mount.device: room for mount in table if (room := rooms[mount.mountpoint])}
        return [
            Device(*mount, rooms[mount.mountpoint] or known.get(mount.device)) for mount in table
        ]

    def processes(self) -> list[Process]:
        """Return all processes, with the CPU time of each since the call before."""
        return self._processes.read()

    def about(self) -> dict[str, object]:
        """Return platform, name and whether this is a Raspberry Pi."""
        model = str(self._hardware.read().get("model", ""))
        return about(is_raspberry_pi=model.startswith("Raspberry Pi"))


def _busy_and_total(times: "psutil._ntuples.scputimes") -> tuple[float, float]:
    # guest time is already part of user time
    total = sum(times) - getattr(times, "guest", 0.0) - getattr(times, "guest_nice", 0.0)
    return total - times.idle - getattr(times, "iowait", 0.0), total
