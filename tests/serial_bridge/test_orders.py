"""What may be asked of a panel."""

import json
from typing import Any

import pytest

from serial_bridge.orders import Ended, Light, Order, Play, Stop, parse_order
from shared.errors import PayloadError


@pytest.mark.parametrize(
    ("fields", "order"),
    [
        ({"led": 3}, Light("LEDSET", 3)),
        ({"led_on": 10}, Light("LEDON", 10)),
        ({"led_off": 1}, Light("LEDOFF", 1)),
        ({"leds": "clear"}, Light("LEDCLR")),
        ({"leds": "all"}, Light("LEDALL")),
        ({"play": 3}, Play(3)),
        ({"stop": True}, Stop()),
        ({"ended": 3}, Ended(3)),
        ({"ended": 3, "sequence": 7, "from": "browser"}, Ended(3, 7)),
    ],
)
def test_orders(fields: dict[str, Any], order: Order) -> None:
    """One key each; what is not known is left out."""
    assert parse_order(json.dumps(fields).encode(), 10) == order


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[" * 5000, "not JSON"),
        (b"3", "must be a JSON object"),
        (b"{}", "must have exactly one of led, led_on"),
        (b'{"play": 1, "led": 1}', "must have exactly one of"),
        (b'{"play": 0}', "play: must be a button from 1 to 10"),
        (b'{"play": 11}', "play: must be a button from 1 to 10"),
        (b'{"play": true}', "play: must be a button"),
        (b'{"play": 1.0}', "play: must be a button"),
        (b'{"ended": "3"}', "ended: must be a button"),
        (b'{"ended": 3, "sequence": "x"}', "sequence: must be a whole number"),
        (b'{"stop": false}', "stop: must be true"),
        (b'{"leds": ["all"]}', "leds: must be clear or all"),
    ],
)
def test_what_is_wrong_is_told(raw: bytes, problem: str) -> None:
    """With the key and what it may be."""
    with pytest.raises(PayloadError, match=problem):
        parse_order(raw, 10)
