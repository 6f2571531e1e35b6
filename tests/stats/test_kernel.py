"""The kernel's tables of memory and disks."""

import pytest

from stats.kernel import disk_bytes, memory

MEMINFO = """MemTotal:        8000 kB
MemFree:         1000 kB
MemAvailable:    6000 kB
SwapTotal:        100 kB
SwapFree:          40 kB
HugePages_Total:       0
"""

DISKSTATS = """ 179 0 mmcblk0 10 0 100 5 20 0 200 9 0 14 14 0 0 0 0
 179 1 mmcblk0p1 1 0 50 5 2 0 60 9 0 14 14 0 0 0 0
   7 0 loop0 1 0 70 5 2 0 60 9 0 14 14 0 0 0 0
   8 0 sda 1 0 1 5 2 0 2 9 0 14 14
"""


def test_memory() -> None:
    """In bytes; what the kernel gives back at once is not used."""
    got = memory(MEMINFO)
    assert got == (8_192_000, 6_144_000, 2_048_000, 102_400, 61_440)


def test_a_table_that_is_none() -> None:
    """Said by an error that the caller expects."""
    with pytest.raises(ValueError, match="not found"):
        memory("")


def test_bytes_of_whole_disks() -> None:
    """Sectors of 512 bytes; partitions and loops are part of others."""
    assert disk_bytes(DISKSTATS, {"mmcblk0", "sda"}) == (101 * 512, 202 * 512)
    assert disk_bytes(DISKSTATS, {"sdb"}) is None
