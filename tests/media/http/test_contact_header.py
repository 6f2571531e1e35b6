"""What a display tells of itself in headers."""

import pytest

from media.display.contact import Contact
from media.http.contact_header import read_contact


def test_all_of_it() -> None:
    """With the words of TRMNL's firmware."""
    told = {
        "battery-voltage": "4.05",
        "battery-charging": "1",
        "percent-charged": "87.4",
        "rssi": "-61",
        "fw-version": "1.5.2",
        "model": "og",
        "update-source": "timer",
    }
    assert read_contact(told) == Contact(
        battery_volts=4.05, battery_percent=87, charging=True, rssi_dbm=-61, firmware="1.5.2",
        model="og", woken_by="timer",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("battery-voltage", "full"), ("battery-voltage", "nan"), ("battery-voltage", "inf"),
        ("battery-voltage", "0.00"), ("battery-voltage", "-4"), ("percent-charged", "101"),
        ("battery-charging", "maybe"), ("usb-connected", "maybe"), ("battery-voltage", "1e400"),
        ("battery-voltage", "4,05"), ("battery-voltage", "20"), ("rssi", "9" * 999),
        ("rssi", "0"), ("rssi", "31"), ("rssi", "-999"), ("rssi", "inf"), ("rssi", ""),
        ("fw-version", " "), ("accept", "*/*"),
    ],
)  # fmt: skip
def test_nonsense_is_not_told(name: str, value: str) -> None:
    """A display that tells nothing is one without a contact."""
    assert read_contact({name: value}) is None


def test_power_by_usb_is_charging_unless_it_says_that_it_is_not() -> None:
    """Some tell the one, some the other."""
    for told, charging in (
        ({"usb-connected": "true"}, True),
        ({"usb-connected": "true", "battery-charging": "0"}, False),
    ):
        contact = read_contact(told)
        assert contact is not None
        assert contact.charging is charging


def test_a_text_is_short_and_can_be_shown() -> None:
    contact = read_contact({"fw-version": "\x1b[2J" + "9" * 100})
    assert contact is not None
    assert contact.firmware == "[2J" + "9" * 37
