"""Real readings of this machine, and recorded trees of sysfs where it has no sensor."""

import os
from pathlib import Path

import psutil

from stats.host import Host, thermal_celsius
from stats.pi import Pi


def test_a_real_sample_agrees_with_psutil() -> None:
    """Of the same moment."""
    got = Host("", "/sys").sample()
    memory = psutil.virtual_memory()
    assert got.memory[0] == memory.total
    assert abs(got.memory[1] - memory.available) < 200_000_000
    assert len(got.cores) == psutil.cpu_count()
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
    got, plain = Host("/proc/self/root", "/sys").sample(), Host("", "/sys").sample()
    assert got.disks[0].total == plain.disks[0].total
    assert set(got.networks) == set(plain.networks)


def thermal(root: Path, zone: int, kind: str, temp: str) -> None:
    folder = root / f"class/thermal/thermal_zone{zone}"
    folder.mkdir(parents=True)
    (folder / "type").write_text(kind + "\n")
    (folder / "temp").write_text(temp + "\n")


def test_thermal_tree(tmp_path: Path) -> None:
    """The CPU's zone before others; a zone that cannot be read is passed over."""
    assert thermal_celsius(tmp_path) is None
    thermal(tmp_path, 0, "gpu-thermal", "40000")
    assert thermal_celsius(tmp_path) == 40.0
    thermal(tmp_path, 1, "cpu-thermal", "51234")
    assert thermal_celsius(tmp_path) == 51.234
    thermal(tmp_path, 2, "cpu-broken", "")
    assert thermal_celsius(tmp_path) == 51.234


def test_throttled_file_of_a_pi_4_and_a_pi_5(tmp_path: Path) -> None:
    """The path has the address of the bus on a Pi 5; a vanished file is null."""
    for number, path in enumerate(("soc/soc:firmware", "soc@107c000000/soc@107c000000:firmware")):
        folder = tmp_path / str(number) / "devices/platform" / path
        folder.mkdir(parents=True)
        (folder / "get_throttled").write_text("50005\n")
        pi = Pi(tmp_path / str(number), tmp_path / "no-mailbox")
        assert pi.read().throttled == 0x50005
        (folder / "get_throttled").unlink()
        assert pi.read().throttled is None


def test_a_mailbox_that_is_none(tmp_path: Path) -> None:
    """A plain file at its place answers no ioctl."""
    node = tmp_path / "vcio"
    node.touch()
    got = Pi(tmp_path, node).read()
    assert (got.throttled, got.core_volts, got.arm_hertz) == (None, None, None)


def test_no_file_descriptor_is_left_open() -> None:
    """A service that runs for years reads a million times."""
    host = Host("", "/sys")
    host.sample()
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    for _ in range(5):
        host.sample()
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208
