"""What TRMNL devices tell in headers."""

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from media.display.display import Display
from media.display.trmnl_device import fitted, hardware_id, size_of

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


@pytest.mark.parametrize("bad", ["", "nan", "inf", "-inf", "1e400", "x", "--5", "4,05", "9" * 999])
def test_what_makes_no_sense_counts_as_not_told(bad: str) -> None:
    """The size that is known already stays."""
    assert size_of({"width": bad, "height": "480"}) is None


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
