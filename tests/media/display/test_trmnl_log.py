"""What TRMNL devices report."""

import json
import logging
from typing import Any

import pytest

from media.display.trmnl_log import MOST_LINES, Line, Reports, read_report
from shared.errors import PayloadError

ENTRY = {
    "created_at": 1795000000,
    "id": 7,
    "message": "Failed to fetch\nthe image\x1b[2J",
    "source_line": 712,
    "source_path": "src/bl.cpp",
    "wifi_signal": -71,
    "wifi_status": "connected",
    "battery_voltage": 3.9,
    "wake_reason": "timer",
    "firmware_version": "1.7.8",
    "level": "error",
    "special_function": "none",
}
TEXT = (
    "Failed to fetch the image [2J (src/bl.cpp:712), wake_reason timer, wifi_status connected, "
    "wifi_signal -71, battery_voltage 3.9, firmware_version 1.7.8"
)


def read(body: Any) -> list[Line]:
    return read_report(json.dumps(body).encode())


def test_both_shapes() -> None:
    """Of newer and of older firmware."""
    for body in ({"logs": [ENTRY]}, {"log": {"logs_array": [ENTRY]}}):
        assert read(body) == [Line(logging.WARNING, TEXT)]


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("fatal", logging.WARNING),
        ("WARNING", logging.WARNING),
        ("info", logging.INFO),
        ("debug", logging.DEBUG),
        ("???", logging.INFO),
        (3, logging.INFO),
        (None, logging.INFO),
    ],
)
def test_levels(level: Any, expected: int) -> None:
    """A device's error is no error of the hub, but somebody should see it."""
    assert read({"logs": [{"message": "m", "level": level}]}) == [Line(expected, "m")]


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"[]", b"7", b"{}", b'{"logs": {}}', b'{"log": []}', b'{"log": {}}', b"[" * 60_000,
     b'{"logs": ' + b"9" * 5000 + b"}"],
)  # fmt: skip
def test_what_is_no_report(raw: bytes) -> None:
    """Whatever it is, it is said and no more."""
    with pytest.raises(PayloadError):
        read_report(raw)


def test_strange_entries() -> None:
    """Each is one short line that is safe to print."""
    deep: Any = "x"
    for _ in range(200):
        deep = [deep]
    entries = ["text", None, 7, {}, {"message": deep}, {"message": "\ud800\x00\u202e" + "y" * 9999}]
    lines = read({"logs": entries})
    assert [each.text for each in lines[:5]] == ["text", "null", "7", "no message", "..."]
    assert all(each.text.isprintable() and len(each.text) <= 300 for each in lines)


def test_the_newest_lines_of_a_long_report() -> None:
    lines = read({"logs": [{"message": str(number)} for number in range(100)]})
    assert [each.text for each in lines] == [str(n) for n in range(100 - MOST_LINES, 100)]


def test_few_lines_of_few_displays_are_kept() -> None:
    """The newest, and those of displays that reported last."""
    reports = Reports()
    for number in range(70):
        reports.keep(f"d{number}", [f"{line}" for line in range(number)])
    assert reports.of("d0") == reports.of("nobody") == []
    assert reports.of("d69") == [f"{line}" for line in range(19, 69)]
