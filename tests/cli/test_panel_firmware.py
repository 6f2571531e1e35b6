"""The emulated firmware does what the contract says of the real one."""

import pytest

from mantel.panel_firmware import VERSIONS, Firmware, Version


def said(firmware: Firmware, now: float = 100.0) -> list[str]:
    return firmware.output(now).decode().split()


def told(version: Version, *lines: bytes) -> list[str]:
    """Return what a panel answers to lines, 10 ms apart."""
    firmware = Firmware(version)
    for number, line in enumerate(lines):
        firmware.receive(line + b"\n", number / 100)
    return firmware.output(100.0).decode().replace("\r", "").splitlines()


def test_2_5_latches() -> None:
    """The active button is silent until LEDCLR or another one; a release is never told."""
    firmware = Firmware("2.5")
    for now, button in enumerate((4, 4, 5, 4)):
        firmware.press(button, now)
        firmware.release(button, now)
    assert firmware.output(9.0) == b"PRESS 004\nPRESS 005\nPRESS 004\n"
    assert firmware.leds == {4}
    firmware.receive(b"LEDCLR\n", 10.0)
    firmware.press(4, 11.0)
    assert firmware.output(11.0) == b"OK\nPRESS 004\n"
    firmware.receive(b"LEDSET 2\n", 12.0)
    firmware.press(2, 13.0)
    assert firmware.output(13.0) == b"OK\n"


@pytest.mark.parametrize(("version", "number"), [("2.2", "003"), ("2.4", "004")])
def test_older_ones_tell_each_press_and_release(version: Version, number: str) -> None:
    """With both ends of a line, and light nothing by themselves."""
    firmware = Firmware(version)
    for _ in range(2):
        firmware.press(4, 0.0)
        firmware.release(4, 0.0)
    assert firmware.output(0.0).decode() == f"PRESS {number}\r\nRELEASE {number}\r\n" * 2
    assert not firmware.leds


def test_answers_of_2_5() -> None:
    """Case counts, blanks too; a number is read as atoi reads it."""
    assert told("2.5", b"PING", b"PING ", b"ping", b"", b"VERSION") == [
        "PONG", "ERROR UNKNOWN_CMD", "ERROR UNKNOWN_CMD", "FW selection-panel v2.5.1",
    ]  # fmt: skip
    assert told("2.5", b"LEDSET 5abc", b"LEDSET 0", b"LEDON 11", b"LEDOFF x") == [
        "OK", "ERROR INVALID_ID", "ERROR INVALID_ID", "ERROR INVALID_ID",
    ]  # fmt: skip
    assert told("2.5", b"LEDSET 5", b"STATUS")[1:] == [
        "CURLED 5", "BTNS 10", "LEDS 10", "HEAP 300000", "MODE PROTOTYPE", "OK",
    ]  # fmt: skip
    assert len(told("2.5", b"HELP")) == 2


def test_answers_of_the_older_ones() -> None:
    """Trimmed and in any case; 2.2 counts from 0."""
    assert told("2.2", b" version ") == ["FW 2.2.0 (Proto 10 LEDs)", "OK"]
    assert told("2.4", b"VERSION") == ["FW 2.4.1 (Proto 10 LEDs)", "OK"]
    assert told("2.2", b"LEDSET 000", b"LEDSET 010", b"x") == [
        "OK", "ERROR Invalid LED index", "ERROR Unknown command",
    ]  # fmt: skip
    assert told("2.4", b"LEDSET 000") == ["ERROR Invalid LED (1-100)"]
    assert told("2.2", b"LEDON 0", b"LEDON 9", b"STATUS")[2] == "LEDS 1000000001"
    assert "READY" in told("2.4", b"HELLO")
    assert told("2.2", b"TEST") == ["Testing LEDs...", "Test complete", "OK"]


@pytest.mark.parametrize("version", VERSIONS)
def test_starting(version: Version) -> None:
    """There is chatter before READY, which comes last but for the name that 2.5 adds."""
    firmware = Firmware(version)
    firmware.press(1, 0.0)
    firmware.receive(b"LEDON 3\n", 0.0)
    firmware.boot(10.0)
    assert (firmware.active, firmware.leds) == (None, set())
    assert "READY" not in said(firmware, 11.5)
    assert firmware.next_at == 11.6
    text = firmware.output(20.0).decode().split("\n")
    assert text[0 if version == "2.5" else -2].strip() == "READY"


def test_a_line_that_is_too_long_is_forgotten() -> None:
    """Its tail is read as a command of its own."""
    assert told("2.5", b"x" * 64 + b"PING") == ["PONG"]
    assert told("2.5", b"x" * 63) == ["ERROR UNKNOWN_CMD"]


def test_led_commands_that_come_too_fast_are_lost() -> None:
    """Eight wait; the answer is OK all the same. Two milliseconds apart all are obeyed."""
    firmware = Firmware("2.5")
    firmware.receive(b"".join(b"LEDON %d\n" % n for n in range(1, 11)), 0.0)
    assert said(firmware).count("OK") == 10
    assert firmware.leds == set(range(1, 9))
    firmware.receive(b"LEDCLR\n", 1.0)
    for number in range(1, 11):
        firmware.receive(b"LEDON %d\n" % number, 2 + number * 0.002)
    assert firmware.leds == set(range(1, 11))


def test_a_hundred_buttons() -> None:
    """The production model."""
    firmware = Firmware("2.5", 100)
    firmware.press(100, 0.0)
    firmware.receive(b"STATUS\n", 0.0)
    assert firmware.output(1.0).splitlines()[:2] == [b"PRESS 100", b"CURLED 100"]


def test_of_what_it_was_told_the_last_is_known() -> None:
    """One of `make run MOCK=1` is told something for months."""
    firmware = Firmware("2.5")
    for number in range(5000):
        firmware.receive(b"LEDON %d\n" % number, 0.0)
        firmware.output(0.0)
    assert len(firmware.commands) == 1000
    assert firmware.commands[-1] == "LEDON 4999"
