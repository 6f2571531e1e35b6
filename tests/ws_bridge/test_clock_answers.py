"""What commands of the clock are answered with."""

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from shared import __version__
from shared.payloads import ClockAlarm, ClockSession
from ws_bridge.clock import Copy, Face
from ws_bridge.clock_answers import Outcome, Zones, answered, confirmed, wanted
from ws_bridge.clock_commands import COMMANDS, CommandError, parse

NOW = datetime(2026, 2, 17, 11, 13, 39, tzinfo=UTC)
HOME = ZoneInfo("Europe/Berlin")
TOKYO = ZoneInfo("Asia/Tokyo")
ZONES = Zones(["Europe/Paris", "Europe/Rome", "Asia/Tokyo", "UTC"])


def answer(text: str, face: Face | None = None) -> str:
    command = parse(text)
    assert wanted(command, ZONES) is None
    return answered(command, "the-id", face or Face(Copy(), "name", 0.0), NOW, HOME, ZONES)


def face_in_tokyo() -> Face:
    face = Face(Copy(), "name", 0.0)
    alarm = ClockAlarm(name="work", time="06:30:00", days=["Mon"], next_at=NOW)
    face.copy.take(ClockSession(timezone="Asia/Tokyo", alarms=[alarm]))
    return face


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("HELP", " ".join(COMMANDS)),
        ("TZ", "Europe/Berlin"),
        ("TIME", "2026-02-17T12:13:39+01:00"),
        ("TZLIST europe", '["Europe/Paris","Europe/Rome"]'),
        ("SESSION", "the-id"),
        ("PING", "PONG"),
        ("VERSION", f"Mantel {__version__}"),
    ],
)
def test_answers_without_any_state(text: str, reply: str) -> None:
    assert answer(text) == reply


def test_answers_from_the_copy() -> None:
    """Times in the session's zone."""
    face = face_in_tokyo()
    assert answer("TZ", face) == "Asia/Tokyo"
    assert answer("TIME", face) == "2026-02-17T20:13:39+09:00"
    assert json.loads(answer("ALARM LIST", face)) == [
        {
            "name": "work", "time": "06:30:00", "days": ["Mon"], "once": False, "enabled": True,
            "ringing": False, "next_at": "2026-02-17T20:13:39+09:00",
        }
    ]  # fmt: skip
    assert answer("ALRMFMT json", face) == ""
    assert face.form == "json"


def test_alarms_that_nobody_knows_are_not_none() -> None:
    with pytest.raises(CommandError, match="away"):
        answer("ALARM LIST")


@pytest.mark.parametrize(
    ("text", "verb", "fields"),
    [
        ("TZ europe/paris", "zone", {"timezone": "Europe/Paris"}),
        ("ALARM ADD 6:30 work", "add", {"name": "work", "time": "06:30:00", "days": None,
                                        "once": False}),
        ("ALARM DEL work", "delete", {"name": "work"}),
        ("STOP", "stop", {}),
        ("STOP work", "stop", {"name": "work"}),
        ("SNOOZE 5", "snooze", {"minutes": 5}),
        ("SESSION END", "end", {}),
    ],
)  # fmt: skip
def test_what_alarms_is_asked(text: str, verb: str, fields: dict[str, Any]) -> None:
    assert wanted(parse(text), ZONES) == (verb, fields)


def test_an_unknown_zone_is_refused_here() -> None:
    with pytest.raises(CommandError, match="unknown timezone Mars"):
        wanted(parse("TZ Mars"), ZONES)


def test_what_is_told_when_it_is_done() -> None:
    assert confirmed(parse("TZ UTC"), Outcome(), TOKYO) == ""
    assert confirmed(parse("ALARM ADD 06:30 wake up"), Outcome(), TOKYO) == "wake up"
    assert confirmed(parse("STOP"), Outcome(count=2), TOKYO) == "2"
    told = confirmed(parse("SNOOZE"), Outcome(next_at=NOW), TOKYO)
    assert told == "2026-02-17T20:13:39+09:00"
