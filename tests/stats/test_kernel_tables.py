"""The kernel's tables of mounts and interfaces."""

from stats.interfaces import interface_bytes
from stats.mounts import mount_points

MOUNTS = r"""
/dev/root / ext4 rw,relatime 0 0
proc /proc proc rw 0 0
tmpfs /run tmpfs rw 0 0
/dev/mmcblk0p1 /boot/firmware vfat rw 0 0
/dev/sda1 /mnt/my\040disk ext4 rw 0 0
/dev/sda1 /srv/much/deeper/bind ext4 rw 0 0
/dev/loop0 /snap/core squashfs ro 0 0
nas:/export /mnt/nas nfs4 rw 0 0
overlay /var/lib/docker/overlay2/x overlay rw 0 0
broken
"""

DEVICES = """Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo
    lo: 100 1 0 0 0 0 0 0 100 1 0 0 0 0 0 0
  eth0:123456789012 4 0 0 0 0 0 0 555 6 0 0 0 0 0 0
 wlan0: 7 4 0 0 0 0 0 0 8 6 0 0 0 0 0 0
veth12ab: 9 4 0 0 0 0 0 0 9 6 0 0 0 0 0 0
br-7e: 9 4 0 0 0 0 0 0 9 6 0 0 0 0 0 0
docker0: 9 4 0 0 0 0 0 0 9 6 0 0 0 0 0 0
broken: 1 2
"""


def test_mounts_of_local_disks() -> None:
    """Root first, each device once, blanks decoded, nothing that is full by design or remote."""
    assert mount_points(MOUNTS) == ["/", "/boot/firmware", "/mnt/my disk"]


def test_root_is_told_even_when_it_is_no_device() -> None:
    """On an overlay, as live systems have it."""
    assert mount_points("overlay / overlay rw 0 0\n") == ["/"]


def test_interfaces_of_the_host() -> None:
    """Loopback and the ends of containers are not."""
    assert interface_bytes(DEVICES) == {"eth0": (123456789012, 555), "wlan0": (7, 8)}
