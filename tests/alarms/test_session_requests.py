"""What is asked of the sessions, as it comes over the broker."""

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from alarms.requests import Ask
from alarms.session import Instant, Session
from alarms.session_requests import obey, read_ask

OWN = {"session": "0123456789abcdef" * 2, "holder": "pi/ws-bridge-2", "transaction": "t"}
AT = Instant(datetime(2026, 2, 17, 11, tzinfo=UTC), ZoneInfo("Europe/Paris"))


def read(verb: str, **fields: Any) -> Ask:
    return read_ask(verb, json.dumps(OWN | fields).encode())


def test_what_is_understood() -> None:
    """Absent is as null; days come in the order of the week, fields that are not ours go."""
    own = {key: OWN[key] for key in ("session", "holder")}
    assert read("open", resume=True, more=1) == Ask("t", own | {"resume": True})
    assert read("open").fields["resume"] is False
    assert read("close") == Ask("t", own)
    assert read("zone", timezone="UTC").fields["timezone"] == "UTC"
    add = read("add", name="tea \N{HOT BEVERAGE}", time="23:59:59", days=["Sun", "Mon", "Sun"])
    assert add.problem is None
    assert add.fields["days"] == ("Mon", "Sun")
    assert add.fields["once"] is False
    assert read("stop").fields["name"] is None
    assert read("snooze", minutes=1440, name="tea").fields["name"] == "tea"


@pytest.mark.parametrize(
    ("verb", "fields", "problem"),
    [
        ("open", {"session": "0123456789ABCDEF" * 2}, "session"),
        ("open", {"session": None}, "session"),
        ("open", {"holder": "pi"}, "holder"),
        ("open", {"holder": "pi/+"}, "holder"),
        ("open", {"resume": 1}, "resume"),
        ("open", {"transaction": []}, "transaction"),
        ("zone", {"timezone": 7}, "unknown timezone"),
        ("add", {"name": "", "time": "06:30:00"}, "bad name"),
        ("add", {"name": "x" * 65, "time": "06:30:00"}, "bad name"),
        ("add", {"name": "a\nb", "time": "06:30:00"}, "bad name"),
        ("add", {"name": " ", "time": "06:30:00"}, "bad name"),
        ("add", {"name": "a", "time": "06:30"}, "bad time"),
        ("add", {"name": "a", "time": "24:00:00"}, "bad time"),
        ("add", {"name": "a", "time": "06:30:00\n"}, "bad time"),
        ("add", {"name": "a", "time": "06:30:00", "days": []}, "bad days"),
        ("add", {"name": "a", "time": "06:30:00", "days": ["mon"]}, "bad days"),
        ("add", {"name": "a", "time": "06:30:00", "days": [[]]}, "bad days"),
        ("add", {"name": "a", "time": "06:30:00", "days": {"Mon": 1}}, "bad days"),
        ("add", {"name": "a", "time": "06:30:00", "once": "no"}, "once"),
        ("delete", {}, "bad name"),
        ("stop", {"name": 5}, "bad name"),
        ("snooze", {}, "bad minutes"),
        ("snooze", {"minutes": 0}, "bad minutes"),
        ("snooze", {"minutes": True}, "bad minutes"),
        ("snooze", {"minutes": 1e9}, "bad minutes"),
        ("list", {}, "there is no request 'list'"),
    ],
)
def test_what_is_wrong_is_said_in_words(verb: str, fields: dict[str, Any], problem: str) -> None:
    """In one line that begins with what it is about."""
    ask = read(verb, **fields)
    assert ask.problem is not None
    assert ask.problem.startswith(problem)
    assert "\n" not in ask.problem
    assert len(ask.problem) < 200


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"\xff", b"7", b"null"])
def test_what_is_no_request_at_all(raw: bytes) -> None:
    """Never an error: it is to be answered."""
    assert "JSON object" in (read_ask("open", raw).problem or "")


def test_each_verb_is_obeyed() -> None:
    """With the data of its answer."""
    session = Session()
    for verb, fields, data in (
        ("zone", {"timezone": "UTC"}, None),
        ("add", {"name": "tea", "time": "11:00:00"}, None),
        ("snooze", {"minutes": 9}, {"next_at": datetime(2026, 2, 17, 11, 9, tzinfo=UTC)}),
        ("stop", {}, {"count": 1}),
        ("delete", {"name": "tea"}, None),
    ):
        session, told = obey(session, verb, read(verb, **fields), AT)
        assert told == data
    assert session == Session(timezone="UTC")
