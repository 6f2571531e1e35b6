"""The bodies of /status and /health, and the words of /test/play."""

from typing import Any

import pytest

from tests.ws_bridge.test_panels import press, state
from ws_bridge.media_check import Report
from ws_bridge.panel_status import health, parse_number, played, status
from ws_bridge.panels import Panels

COMPLETE = Report([], [])


def known(**fields: Any) -> Panels:
    panels = Panels()
    panels.take_availability("pi", online=True)
    panels.take_state("hall", state(**fields), retained=True)
    return panels


def test_status_before_any_panel() -> None:
    told = status(Panels(), Report([str(n) for n in range(20)], []), 2, "v")
    assert told["serial_connected"] is False
    assert told["serial_port"] is None
    assert (told["mode"], told["num_media"], told["current_id"]) == ("prototype", 10, None)
    assert (told["media_missing"], len(told["missing_files"])) == (20, 10)  # type: ignore[arg-type]


@pytest.mark.parametrize(("first", "number", "button"), [(0, 2, 3), (1, 3, 3)])
def test_what_plays(first: int, number: int, button: int) -> None:
    """current_id is the number that browsers know, current_button the one on the panel."""
    panels = known(first_media=first, buttons=100, profile="v22" if first == 0 else "v25")
    press(panels, "hall", 3)
    told = status(panels, COMPLETE, 0, "v")
    assert (told["current_id"], told["current_button"]) == (number, button)
    assert told["mode"] == "production"
    assert told["esp32_local_led"] is (first == 1)


@pytest.mark.parametrize(
    ("fields", "online", "report", "body"),
    [
        ({}, True, COMPLETE, ("healthy", True, True)),
        ({}, True, Report(["001.jpg"], []), ("degraded", True, False)),
        ({}, True, Report([], ["001.jpg (no JPEG)"]), ("healthy", True, True)),
        ({"connected": False}, True, COMPLETE, ("degraded", False, True)),
        ({"answering": False}, True, COMPLETE, ("degraded", False, True)),
        ({}, False, COMPLETE, ("degraded", False, True)),
    ],
)
def test_health(fields: Any, online: bool, report: Report, body: tuple[Any, ...]) -> None:
    panels = known(**fields)
    panels.take_availability("pi", online=online)
    assert tuple(health(panels, report).values()) == body


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("3", 3), ("003", 3), ("+3", 3), (" 4", 4), ("1_0", 10), ("٣", 3),
        ("0", "ERROR: ID muss 1-10 sein"), ("11", "ERROR: ID muss 1-10 sein"),
        ("x", "ERROR: Ungueltige ID"), ("3.5", "ERROR: Ungueltige ID"),
        ("1" * 5000, "ERROR: Ungueltige ID"),
    ],
)  # fmt: skip
def test_numbers_are_read_as_python_reads_them(text: str, answer: int | str) -> None:
    assert parse_number(text, known()) == answer


def test_words_of_each_version() -> None:
    assert parse_number("10", known(profile="v22", first_media=0)) == "ERROR: ID muss 0-9 sein"
    assert played(3, known(profile="v22", first_media=0)) == "OK: play 3"
    assert played(3, known(profile="v23", first_media=0)) == "OK: play 3 (Button 4)"
    assert played(3, known()) == "OK: play 3"
