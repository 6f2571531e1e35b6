"""Where the HTTP API has its values from: the host, or one that is invented."""

import platform
import random
import socket
import threading
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from shared.payloads import HostStats
from shared.settings import HOST_NAME_FILE
from stats import mock_machine
from stats.mock import mock_stats
from stats.processes import Process
from stats.snapshot import Cores, Device, Snapshot


class Machine(Protocol):
    """What can be asked of a host; every method blocks, and may be called by any thread."""

    def snapshot(self) -> Snapshot:
        """Return everything of /stats."""

    def cores(self) -> Cores:
        """Return busy and total CPU seconds of each core."""

    def uptime(self) -> float:
        """Return seconds since boot."""

    def memory_percent(self) -> float:
        """Return the share of memory that is not available."""

    def disk_io(self) -> Mapping[str, int]:
        """Return the counters of all disks together."""

    def network(self) -> Mapping[str, object]:
        """Return the counters of each interface and the count of sockets."""

    def devices(self) -> list[Device]:
        """Return the mounted disks."""

    def processes(self) -> list[Process]:
        """Return all processes."""

    def about(self) -> dict[str, object]:
        """Return what /system/config tells beside the settings."""


def host_name() -> str:
    """Return the host's name as it is, where the host of a container is told too."""
    try:
        return HOST_NAME_FILE.read_text("utf-8", "replace").strip()
    except OSError:
        return socket.gethostname()


def about(*, is_raspberry_pi: bool) -> dict[str, object]:
    """Return what is told of the machine beside its values."""
    return {
        "platform": platform.platform(),
        "is_raspberry_pi": is_raspberry_pi,
        "hostname": host_name(),
        "python_version": platform.python_version(),
    }


class MockMachine:
    """An invented host."""

    def __init__(self) -> None:
        self._started_at = datetime.now().astimezone().replace(microsecond=0)
        self._cores: Cores = [(0.0, 0.0)] * len(self._stats().cpu_core_percents)
        self._lock = threading.Lock()

    def _stats(self) -> HostStats:
        return mock_stats(datetime.now().astimezone(), self._started_at, random.random)

    def snapshot(self) -> Snapshot:
        """Return everything of a new invented reading."""
        stats = self._stats()
        with self._lock:
            self._cores = [
                (busy + percent, total + 100)
                for (busy, total), percent in zip(self._cores, stats.cpu_core_percents, strict=True)
            ]
            return mock_machine.mock_snapshot(stats, self._cores)

    def cores(self) -> Cores:
        """Return what the cores did in all readings so far."""
        return self._cores

    def uptime(self) -> float:
        """Return seconds since the invented boot."""
        return self._stats().uptime_seconds

    def memory_percent(self) -> float:
        """Return an invented share."""
        return self._stats().memory_percent

    def disk_io(self) -> Mapping[str, int]:
        """Return counters that grow."""
        return mock_machine.mock_disk_io(self._stats())

    def network(self) -> Mapping[str, object]:
        """Return the counters of one interface."""
        return mock_machine.mock_network(self._stats())

    def devices(self) -> list[Device]:
        """Return one disk."""
        return mock_machine.mock_devices(self._stats())

    def processes(self) -> list[Process]:
        """Return a few processes."""
        return mock_machine.mock_processes(self._stats())

    def about(self) -> dict[str, object]:
        """Return what is true of this machine."""
        return about(is_raspberry_pi=False)
