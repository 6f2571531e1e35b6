"""A session that is cut and spoilt at random: each intact press once, and none invented.

`make bench` does the same 100 000 times.
"""

from random import Random

from bench.panel_session import SESSION, variant
from serial_bridge.actions import Happened
from serial_bridge.panel import Panel

_VARIANTS = 5000


def test_every_intact_press_exactly_once() -> None:
    """Through everything between the port and the topics."""
    dice = Random(6)
    heard = expected = 0
    for _ in range(_VARIANTS):
        pieces, presses = variant(dice)
        panel = Panel("v25", 10, 300)
        panel.open(0.0)
        told = [
            action.button
            for number, piece in enumerate(pieces)
            for action in panel.receive(piece, float(number))
            if isinstance(action, Happened) and action.event == "press"
        ]
        assert told == presses, pieces
        heard += len(told)
        expected += sum(line.startswith(b"PRESS") for line in SESSION)
    # the generator spoils some and leaves most
    assert 0.5 < heard / expected < 0.9
