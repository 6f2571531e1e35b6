"""Which panels there are."""

import os
from pathlib import Path

import pytest

from serial_bridge.ports import Names, find_ports, identity, parse_ports
from serial_bridge.settings import Settings
from shared.errors import SettingsError
from shared.settings import load

MAC_1 = "usb-Espressif_USB_JTAG_serial_debug_unit_34:85:18:AA:00:01-if00"
MAC_2 = "usb-Espressif_USB_JTAG_serial_debug_unit_34:85:18:AA:00:02-if00"


def test_configured_ports() -> None:
    """By name, blanks around them left out; a path may hold any sign but a comma."""
    ports = parse_ports(["panel = /dev/serial/by-id/x=y ", "attic_2=/dev/ttyACM1"])
    assert ports == {"panel": "/dev/serial/by-id/x=y", "attic_2": "/dev/ttyACM1"}


@pytest.mark.parametrize(
    ("entries", "problem"),
    [
        (["/dev/ttyACM0"], "must be `name=/path/of/port`"),
        (["panel="], "must be `name=/path/of/port`"),
        (["panel=ttyACM0"], "must be `name=/path/of/port`"),
        (["Hall=/dev/a"], "a name is of a to z"),
        (["event=/dev/a"], "no reserved word"),
        (["=/dev/a"], "a name is of a to z"),
        (["a=/dev/a", "a=/dev/b"], "two panels of this name"),
        (["a=/dev/a", "b=/dev/a"], "two panels on this port"),
        ([os.fsdecode(b"a=/dev/\xff")], "the path is not UTF-8"),
    ],
)
def test_bad_entries_are_named(entries: list[str], problem: str) -> None:
    """All at the start, as a problem of the setting."""
    with pytest.raises(ValueError, match=problem):
        parse_ports(entries)
    with pytest.raises(SettingsError, match=f"SERIAL_BRIDGE_PORTS={entries[-1]}"):
        load(Settings, {"SERIAL_BRIDGE_PORTS": ",".join(entries)})


def test_espressif_ports_are_found(tmp_path: Path) -> None:
    """One a device, whatever else is there; nothing where there is no such folder."""
    assert find_ports(tmp_path / "by-id") == []
    for name in (MAC_2, MAC_1, MAC_1.replace("if00", "if02"), "usb-FTDI_FT232R_A1-if00-port0"):
        (tmp_path / name).touch()
    (tmp_path / os.fsdecode(b"usb-Espressif_\xff-if00")).touch()
    assert find_ports(tmp_path) == [MAC_1, MAC_2]


def test_a_found_panel_keeps_its_name() -> None:
    """Also when another is unplugged, and when a third one comes meanwhile."""
    names = Names()
    assert names.take([]) == {}
    assert names.take([MAC_2]) == {"panel": MAC_2}
    assert names.take([MAC_1, MAC_2]) == {"panel-2": MAC_1}
    assert names.take([MAC_1]) == {}
    assert names.take([MAC_1, "third"]) == {"panel-3": "third"}
    assert names.take([MAC_2]) == {}


def test_another_device_behind_a_path_is_noticed(tmp_path: Path) -> None:
    """By what the link leads to."""
    link = tmp_path / "link"
    assert identity(str(link)) is None
    for name in ("one", "two"):
        (tmp_path / name).touch()
    link.symlink_to("one")
    first = identity(str(link))
    assert first == identity(str(link))
    link.unlink()
    link.symlink_to("two")
    assert identity(str(link)) not in {None, first}
