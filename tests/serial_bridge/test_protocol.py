"""What a panel's lines mean."""

import pytest

from serial_bridge.protocol import (
    Error,
    Firmware,
    Message,
    Ok,
    Pong,
    Press,
    Ready,
    Release,
    StatusItem,
    Unknown,
    led_command,
    parse,
)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("PRESS 007", Press(7)),
        ("PRESS 7", Press(7)),
        ("PRESS\t100", Press(100)),
        ("RELEASE 003", Release(3)),
        ("RELEASE", Release(None)),
        ("READY", Ready()),
        ("PONG", Pong()),
        ("OK", Ok()),
        ("OK LEDSET", Ok()),
        ("FW 2.2.0 (Proto 10 LEDs)", Firmware("2.2.0 (Proto 10 LEDs)")),
        ("FW selection-panel v2.5.1", Firmware("selection-panel v2.5.1")),
        ("FW SelectionPanel v2.5.2", Firmware("SelectionPanel v2.5.2")),
        ("ERROR INVALID_ID", Error("INVALID_ID")),
        ("ERROR Invalid LED (1-100)", Error("Invalid LED (1-100)")),
        ("ERROR", Error("")),
        ("CURLED 5", StatusItem("CURLED", "5")),
        ("LEDS 0000010000", StatusItem("LEDS", "0000010000")),
        ("STATUS active=5 leds=0x10", StatusItem("CURLED", "5")),
    ],
)
def test_lines_of_all_versions(line: str, message: Message) -> None:
    """Both spellings where firmware and its documentation differ."""
    assert parse(line) == message


@pytest.mark.parametrize(
    "line",
    [
        "7", "008", "press 003", "PRESS", "PRESS 003 junk", "PRESS 0004", "PRESS -3", "PRESS 1_0",
        "PRESS \u0663", "PRESS \ufffd4", "XPRESS 4", "PRESS 004PRESS 005", "PRESS0 04",
        "[IO] Raw: 0xFF", "READYREADY", "OKAY", "FW", "ESP-ROM:esp32s3-20210327",
    ],
)  # fmt: skip
def test_everything_else_is_unknown(line: str) -> None:
    """A bare number above all: debug output is full of them."""
    assert parse(line) == Unknown(line)


def test_led_commands_have_three_digits() -> None:
    """Those that mean all have none."""
    assert led_command("LEDSET", 3) == "LEDSET 003"
    assert led_command("LEDON", 100) == "LEDON 100"
    assert led_command("LEDCLR", None) == "LEDCLR"
