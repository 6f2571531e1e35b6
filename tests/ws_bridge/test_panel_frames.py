"""Messages to the byte, and what browsers may say."""

import json
from typing import Any

import pytest

from ws_bridge.panel_frames import STOP, Ended, Hello, news_frame, parse_message, play_frame


def test_frames_are_what_json_dumps_writes() -> None:
    """With its spaces, which some compare."""
    assert STOP[2:].decode() == json.dumps({"type": "stop"})
    for number in (0, 3, 100):
        assert play_frame(number)[2:].decode() == json.dumps({"type": "play", "id": number})
    assert json.loads(news_frame("role", sounds=True)[2:]) == {"type": "role", "sounds": True}


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ('{"type":"ended","id":3}', Ended(3)),
        ('{"type":"ended","id":0,"more":[]}', Ended(0)),
        ('{"type":"ended","id":true}', Ended(1)),
        ('{"type":"ended","id":"3"}', None),
        ('{"type":"ended","id":3.0}', None),
        ('{"type":"ended"}', None),
        ('{"type":"ping"}', None),
        ('{"id":3}', None),
        ("[3]", None),
        ("3", None),
        ("", None),
        ("{", None),
        ("[" * 4000, None),
        ('{"type":"ended","id":3}' + " " * 5000, None),
        ('{"type":"hello","mode":"on","name":"A","unlocked":true}', Hello("A", "on", True)),
        ('{"type":"hello","mode":"auto","claim":true}', Hello("", claims=True)),
        ('{"type":"hello","mode":"auto","name":5,"unlocked":1}', Hello("")),
        ('{"type":"hello","mode":"loud"}', None),
        ('{"type":"hello","mode":[]}', None),
    ],
)
def test_what_browsers_say(said: str, meant: Any) -> None:
    got = parse_message(said.encode())
    assert got == meant
    assert type(getattr(got, "media", 0)) is int


def test_a_name_is_short_and_bytes_may_be_anything() -> None:
    long = parse_message(b'{"type":"hello","mode":"auto","name":"' + b"x" * 500 + b'"}')
    assert isinstance(long, Hello)
    assert len(long.name) == 40
    assert parse_message(b"\xff\xfe") is None
