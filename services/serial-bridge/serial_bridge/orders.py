"""What may be asked of a panel by its `set` topic. Pure."""

from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from serial_bridge.protocol import Verb
from shared.errors import PayloadError


@dataclass(frozen=True)
class Light:
    """Change LEDs; `button` from 1, None where the command means all."""

    verb: Verb
    button: int | None = None


@dataclass(frozen=True)
class Play:
    """Act as if a button were pressed."""

    button: int


@dataclass(frozen=True)
class Stop:
    """Stop what plays."""


@dataclass(frozen=True)
class Ended:
    """A browser is done; `sequence` is that of the `play` which it obeyed, None if not told."""

    button: int
    sequence: int | None = None


Order = Light | Play | Stop | Ended

_LIGHTS: dict[str, Verb] = {"led": "LEDSET", "led_on": "LEDON", "led_off": "LEDOFF"}
_ALL: dict[Any, Literal["LEDCLR", "LEDALL"]] = {"clear": "LEDCLR", "all": "LEDALL"}
_KEYS = (*_LIGHTS, "leds", "play", "stop", "ended")


def parse_order(raw: bytes, buttons: int) -> Order:
    """Return the order; PayloadError with what is wrong. Keys that are not known are left out."""
    try:
        fields = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise PayloadError("not JSON") from None
    if not isinstance(fields, dict):
        raise PayloadError("must be a JSON object")
    given = [key for key in _KEYS if key in fields]
    if len(given) != 1:
        raise PayloadError(f"must have exactly one of {', '.join(_KEYS)}")
    key, value = given[0], fields[given[0]]
    if key == "stop":
        if value is not True:
            raise PayloadError("stop: must be true")
        return Stop()
    if key == "leds":
        if not isinstance(value, str) or value not in _ALL:
            raise PayloadError("leds: must be clear or all")
        return Light(_ALL[value])
    # `true` is a number to Python
    if type(value) is not int or not 1 <= value <= buttons:
        raise PayloadError(f"{key}: must be a button from 1 to {buttons}")
    if key == "play":
        return Play(value)
    if key == "ended":
        sequence = fields.get("sequence")
        if sequence is not None and type(sequence) is not int:
            raise PayloadError("sequence: must be a whole number")
        return Ended(value, sequence)
    return Light(_LIGHTS[key], value)
