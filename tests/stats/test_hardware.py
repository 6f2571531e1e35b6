"""What three boards and this machine are."""

import subprocess
import time
from pathlib import Path

import pytest

from stats import firmware
from stats.hardware import Hardware
from tests.stats.test_pi import BIN, TREES, play_mailbox

VERSION = (
    "Mar 17 2023 10:50:39 \nCopyright (c) 2012 Broadcom\n"
    "version 82f3750a65fadae9a38077e3c2e217ad158c8d54 (clean) (release) (start)"
)


@pytest.fixture(autouse=True)
def no_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """No `vcgencmd` unless a test asks for it."""
    monkeypatch.setenv("PATH", "")


@pytest.mark.parametrize(
    ("tree", "model", "serial", "usb"),
    [
        ("pi-4", "Raspberry Pi 4 Model B Rev 1.4\0", "10000000d8a1c3f2", 3),
        ("pi-5", "Raspberry Pi 5 Model B Rev 1.0\0", "3f9b21c07d54e6a8", 5),
        ("zero-2", "Raspberry Pi Zero 2 W Rev 1.0\0", "00000000b7e4a90d", 1),
    ],
)
def test_boards(
    tree: str, model: str, serial: str, usb: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The model keeps its NUL; hubs are counted as `lsusb` does; no firmware, no key."""
    hardware = Hardware(str(tmp_path), TREES / tree / "sys", TREES / tree / "proc")
    expected = {"model": model, "serial": serial, "usb_devices": usb}
    assert hardware.read() == expected
    monkeypatch.setenv("PATH", str(BIN))
    hardware = Hardware(str(tmp_path), TREES / tree / "sys", TREES / tree / "proc")
    assert hardware.read() == expected | {"firmware": VERSION}


def test_the_mailbox_where_files_are_silent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The serial number with its leading zeros, and when the firmware was built."""
    (tmp_path / "dev").mkdir()
    told = {
        (firmware.SERIAL, 0): (0xB7E4A90D, 0x00000010),
        (firmware.REVISION, 0): (1_679_050_239, 0),
    }
    play_mailbox(tmp_path / "dev/vcio", monkeypatch, told)
    got = Hardware(str(tmp_path), tmp_path, tmp_path).read()
    assert got == {"serial": "00000010b7e4a90d", "firmware": "Mar 17 2023 10:50:39"}


def test_the_device_tree_below_sysfs(tmp_path: Path) -> None:
    """In a container /proc/device-tree leads nowhere."""
    base = tmp_path / "sys/firmware/devicetree/base"
    base.mkdir(parents=True)
    (base / "model").write_text("Raspberry Pi 5 Model B Rev 1.0\0")
    (base / "serial-number").write_text("3f9b21c07d54e6a8\0")
    got = Hardware(str(tmp_path), tmp_path / "sys", tmp_path).read()
    assert got == {"model": "Raspberry Pi 5 Model B Rev 1.0\0", "serial": "3f9b21c07d54e6a8"}


def test_what_was_not_there_is_looked_for_again(tmp_path: Path) -> None:
    """And what was there is kept, as clients know it."""
    hardware = Hardware(str(tmp_path), tmp_path, tmp_path)
    assert hardware.read() == {}
    (tmp_path / "cpuinfo").write_text("processor\t: 0\nSerial\t\t: 0123\n")
    assert hardware.read() == {"serial": "0123"}
    (tmp_path / "cpuinfo").write_text("Serial\t\t: 4567\n")
    (tmp_path / "bus/usb/devices/usb1").mkdir(parents=True)
    assert hardware.read() == {"serial": "0123", "usb_devices": 1}
    (tmp_path / "bus/usb/devices/1-1").mkdir()
    assert hardware.read() == {"serial": "0123", "usb_devices": 1}


def test_this_machine() -> None:
    """Of the right types; without any program it takes no time."""
    begun = time.monotonic()
    got = Hardware("", Path("/sys")).read()
    assert time.monotonic() - begun < 0.1
    assert set(got) <= {"model", "serial", "firmware", "usb_devices"}
    assert isinstance(got.get("usb_devices", 0), int)


def test_usb_devices_are_those_of_lsusb() -> None:
    """Where there is such a program, and USB."""
    try:
        lines = subprocess.run(
            ["/usr/bin/lsusb"], capture_output=True, check=True, text=True
        ).stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no lsusb here")
    assert Hardware("", Path("/sys")).read().get("usb_devices", 0) == len(lines)
