"""What TRMNL devices tell in headers."""

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from media.display.contact import Contact
from media.display.display import Display
from media.display.trmnl_device import contact_of, fitted, hardware_id, size_of

DISPLAY = Display(
    id="a", hardware_id="1", width=800, height=480, kind="trmnl",
    made_at=datetime(2026, 7, 1, tzinfo=UTC),
)  # fmt: skip


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("AA:BB:CC:00:11:22", "AA:BB:CC:00:11:22"),
        ("aa:bb:cc:00:11:22", "AA:BB:CC:00:11:22"),
        (" aa-bb-cc-00-11-22 ", "AA:BB:CC:00:11:22"),
        ("aabb.cc00.1122", "AA:BB:CC:00:11:22"),
        ("aabbcc001122", "AA:BB:CC:00:11:22"),
        ("Kobo 7", "Kobo 7"),
        ("", ""),
        ("  ", ""),
        ("a\x07", ""),
        ("\u00e4", ""),
        ("x" * 65, ""),
    ],
)
def test_a_mac_has_one_spelling(given: str, expected: str) -> None:
    """What is no MAC is an id as it is, and what is neither is none."""
    assert hardware_id(given) == expected


def test_all_that_a_device_tells() -> None:
    """Voltage, charge, signal, firmware, model and why it woke."""
    headers = {
        "battery-voltage": "4.05",
        "percent-charged": "81.6",
        "battery-charging": "1",
        "usb-connected": "false",
        "rssi": "-61",
        "fw-version": "1.7.8",
        "model": "og",
        "update-source": "button",
    }
    assert contact_of(headers) == Contact(
        battery_volts=4.05,
        battery_percent=82,
        charging=True,
        rssi_dbm=-61,
        firmware="1.7.8",
        model="og",
        woken_by="button",
    )
    assert contact_of({"usb-connected": "true"}).charging is True
    assert contact_of({}) == Contact()


@pytest.mark.parametrize("bad", ["", "nan", "inf", "-inf", "1e400", "x", "--5", "4,05", "9" * 999])
def test_what_makes_no_sense_counts_as_not_told(bad: str) -> None:
    """Such as a signal of 0, which means that there is none."""
    names = ("battery-voltage", "percent-charged", "rssi", "battery-charging", "usb-connected")
    assert contact_of(dict.fromkeys(names, bad)) == Contact()
    assert size_of({"width": bad, "height": "480"}) is None
    assert contact_of({"rssi": "0"}).rssi_dbm is None
    assert contact_of({"battery-voltage": "-1"}).battery_volts is None
    assert contact_of({"percent-charged": "101"}).battery_percent is None
    assert contact_of({"model": "a\x1b[2J" + "b" * 99}).model == "a[2J" + "b" * 36


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"model": "og"}, {"profile": "trmnl-og"}),
        ({"model": "OG", "width": "1", "height": "1"}, {"profile": "trmnl-og"}),
        ({"model": "x"}, {"profile": "trmnl-x", "width": 1872, "height": 1404}),
        ({"model": "kindle", "width": "600", "height": "800"}, {"width": 600, "height": 800}),
        ({"width": "296", "height": "128"}, {"width": 296, "height": 128}),
        ({"model": "kindle", "width": "600"}, {}),
        ({"width": "5000", "height": "800"}, {}),
        ({"width": "15", "height": "800"}, {}),
        ({}, {}),
    ],
)
def test_the_screen_that_a_device_says_it_has(
    headers: dict[str, str], expected: dict[str, Any]
) -> None:
    """By its model, else by its size; a profile that was chosen stays."""
    assert fitted(DISPLAY, headers) == replace(DISPLAY, **expected)
    chosen = replace(DISPLAY, profile="trmnl-og-bmp")
    assert fitted(chosen, headers) == chosen
    other = replace(DISPLAY, kind="eink")
    assert fitted(other, headers) == other
