"""Real readings of this machine, held to psutil's of the same moment."""

import os
import time
from pathlib import Path

import psutil

from shared.testing import TIMEOUT_SECONDS
from stats.counters import Counters
from stats.sampling import Sample
from stats.table import Table


def sample(root: str, sys: str) -> Sample:
    counters = Counters(root, sys)
    counters.look()
    return counters.sample()


def test_a_real_sample_agrees_with_psutil() -> None:
    """Of the same moment."""
    got = sample("", "/sys")
    memory = psutil.virtual_memory()
    assert got.memory[0] == memory.total
    assert abs(got.memory[1] - memory.available) < 200_000_000
    assert abs(got.memory[2] - memory.used) < 200_000_000
    swap = psutil.swap_memory()
    assert got.swap == (swap.total, swap.used)
    assert len(got.cores) == psutil.cpu_count()
    assert got.disk_bytes is not None
    assert got.booted_at.timestamp() == psutil.boot_time()
    usage = psutil.disk_usage("/")
    assert got.disks[0].mount == "/"
    assert got.disks[0].total == usage.total
    assert abs(got.disks[0].used - usage.used) < 500_000_000
    counters = psutil.net_io_counters(pernic=True)
    assert set(got.networks) <= set(counters)
    for name, (received, _) in got.networks.items():
        assert abs(received - counters[name].bytes_recv) < 100_000_000


def test_the_host_seen_from_a_container_root() -> None:
    """With a root the tables of process 1 and the disks below it are read: here the same host."""
    got, plain = sample("/proc/self/root", "/sys"), sample("", "/sys")
    assert got.disks[0].total == plain.disks[0].total
    assert set(got.networks) == set(plain.networks)


def test_a_firmware_is_asked_for_each_sample(tmp_path: Path) -> None:
    """Where a look found that there is one: to try it in vain would cost a tenth of a sample."""
    told = tmp_path / "devices/platform/soc/soc:firmware/get_throttled"
    told.parent.mkdir(parents=True)
    told.write_text("0\n")
    counters = Counters("", str(tmp_path))
    counters.look()
    assert counters.sample().throttled == 0
    told.write_text("50005\n")
    assert counters.sample().throttled == 0x50005
    assert sample("", str(tmp_path / "nothing")).throttled is None


def test_no_file_descriptor_is_left_open() -> None:
    """A service that runs for years reads a million times."""
    counters = Counters("", "/sys")
    counters.look()
    counters.sample()
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    for _ in range(5):
        counters.look()
        counters.sample()
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


def test_each_sample_is_a_new_one() -> None:
    """Tables are read from their start each time, although they stay open."""
    counters = Counters("", "/sys")
    counters.look()
    one = counters.sample()
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while counters.sample().cores == one.cores:
        assert time.monotonic() < deadline


def test_a_container_without_a_table_of_disks() -> None:
    """All else is told all the same."""
    counters = Counters("", "/sys")
    counters._diskstats = Table("/proc/nothing")
    assert counters.sample().disk_bytes is None
