"""What a panel says and what it is told, as the firmware from 2.2 to 2.5 writes it. Pure.

Replies and presses share one stream of lines, so a line is taken for what it says and never
for the answer to the last command. A bare number is no press: debug output is full of them.
"""

import re
from dataclasses import dataclass
from typing import Literal

Verb = Literal["LEDSET", "LEDON", "LEDOFF", "LEDCLR", "LEDALL"]


@dataclass(frozen=True)
class Press:
    """A button was pressed; `number` counts as the firmware does."""

    number: int


@dataclass(frozen=True)
class Release:
    """A button was let go, which firmware 2.5 does not tell; None: it did not say which."""

    number: int | None


@dataclass(frozen=True)
class Ready:
    """The panel has just started."""


@dataclass(frozen=True)
class Firmware:
    """The name of its firmware, without `FW`."""

    name: str


@dataclass(frozen=True)
class Pong:
    """It answers."""


@dataclass(frozen=True)
class Ok:
    """It took a command."""


@dataclass(frozen=True)
class Error:
    """It refused a command."""

    text: str


@dataclass(frozen=True)
class StatusItem:
    """One thing of its status, such as CURLED 5, by the name that firmware 2.5 prints."""

    name: str
    value: str


@dataclass(frozen=True)
class Unknown:
    """Boot chatter, debug output, noise."""

    text: str


Message = Press | Release | Ready | Firmware | Pong | Ok | Error | StatusItem | Unknown

_BUTTON = re.compile(r"(PRESS|RELEASE)[ \t]+([0-9]{1,3})")
_FIRMWARE = re.compile(r"FW[ \t]+(\S.*)")
_ERROR = re.compile(r"ERROR(?:[ \t]+(.*))?")
_OK = re.compile(r"OK(?:[ \t].*)?")
_STATUS = re.compile(r"(CURLED|BTNS|LEDS|HEAP|CORE|QFREE|QOVFL|MODE|MAPPING)[ \t]+(\S.*)", re.ASCII)
# `STATUS active=5 leds=0x10`, as the firmware's own documentation has it
_DOCUMENTED_STATUS = re.compile(r"STATUS[ \t]+active=(\w+)\b.*", re.ASCII)
_WORDS: dict[str, Message] = {"READY": Ready(), "PONG": Pong(), "RELEASE": Release(None)}


def parse(line: str) -> Message:
    """Return what a line says."""
    if found := _BUTTON.fullmatch(line):
        number = int(found[2])
        return Press(number) if found[1] == "PRESS" else Release(number)
    if line in _WORDS:
        return _WORDS[line]
    if _OK.fullmatch(line):
        return Ok()
    if found := _FIRMWARE.fullmatch(line):
        return Firmware(found[1])
    if found := _ERROR.fullmatch(line):
        return Error(found[1] or "")
    if found := _STATUS.fullmatch(line):
        return StatusItem(found[1], found[2])
    if found := _DOCUMENTED_STATUS.fullmatch(line):
        return StatusItem("CURLED", found[1])
    return Unknown(line)


def led_command(verb: Verb, number: int | None) -> str:
    """Return the line of an LED command; `number` counts as the firmware does, None for all."""
    return verb if number is None else f"{verb} {number:03d}"
