"""What an older clock server has kept."""

import json
import re

import pytest

from mantel.old_clock import OldClockError, is_identifier, read_session, session_folder

ID = "0d3f7e2a-5b1c-4e1e-9f6a-7c2d8b9e0f11"


@pytest.mark.parametrize(
    "ini",
    [
        "[server]\nsession_directory = /var/run/clock/%s/\nlogfile=/var/log/x.log\n",
        "session_directory=/var/run/clock/%s/",
        "[DEFAULT]\nSession_Directory: '/var/run/clock/%s/'\n",
        "port=1\n[a]\nx=1\nx=2\nsession_directory=/var/run/clock/%s/\n[b]\n",
    ],
)
def test_the_folder_in_any_section(ini: str) -> None:
    assert session_folder(ini) == "/var/run/clock/%s/"


@pytest.mark.parametrize(
    ("ini", "said"),
    [
        ("[server]\nport=1\n", "names no session_directory"),
        ("[server]\nsession_directory=\n", "names no session_directory"),
        ("[a]\nsession_directory=/a\n[b]\nsession_directory=/b\n", "several .*: /a, /b"),
        ("[a\nrubbish\n", "is no ini file"),
    ],
)
def test_no_folder(ini: str, said: str) -> None:
    with pytest.raises(OldClockError, match=said):
        session_folder(ini)


def test_identifiers() -> None:
    assert is_identifier(ID)
    for bad in ("short", ".hidden-file-of-some-length", "x" * 129, "ä" * 20, "session.json" * 2):
        assert not is_identifier(bad)


@pytest.mark.parametrize("zone", ["timezone", "tz", "tzname", "TZ"])
def test_spellings(zone: str) -> None:
    held = {zone: "Asia/Tokyo", "alarms": [
        {"name": "a", "time": "6:30"},
        {"label": "b", "at": "06:30:15", "days": ["monday", "Tue"], "once": True},
        {"name": "c", "hour": 7, "minute": 5, "days": "Sun,Mon", "repeat": False},
        {"name": "d", "time": "0705", "days": [0, 6]},
        {"name": "e", "time": "07:05", "days": [7, 1]},
    ]}  # fmt: skip
    session = read_session(ID, json.dumps(held).encode())
    assert (session.identifier, session.timezone, session.problems) == (ID, "Asia/Tokyo", [])
    assert session.alarms == [
        {"name": "a", "time": "06:30:00", "days": None, "once": False},
        {"name": "b", "time": "06:30:15", "days": ["Mon", "Tue"], "once": True},
        {"name": "c", "time": "07:05:00", "days": ["Mon", "Sun"], "once": True},
        {"name": "d", "time": "07:05:00", "days": ["Mon", "Sun"], "once": False},
        {"name": "e", "time": "07:05:00", "days": ["Mon", "Sun"], "once": False},
    ]


def test_alarms_by_name() -> None:
    session = read_session(ID, b'{"alarms": {"tea": "16:00", "work": {"time": "06:30"}}}')
    assert [(alarm["name"], alarm["time"]) for alarm in session.alarms] == [
        ("tea", "16:00:00"),
        ("work", "06:30:00"),
    ]


@pytest.mark.parametrize("raw", [b"", b"\x80\x04\x95", b"[1]", b"{", b"[" * 100_000, b'"x"'])
def test_a_file_of_another_form(raw: bytes) -> None:
    session = read_session(ID, raw)
    assert (session.timezone, session.alarms) == (None, [])
    assert session.problems == ["holds no JSON object; its identifier alone is taken"]


@pytest.mark.parametrize(
    ("alarm", "said"),
    [
        (5, "is no object"),
        ({"time": "06:30"}, "has no name"),
        ({"name": "x", "time": "25:00"}, "time '25:00' is not HH:MM"),
        ({"name": "x"}, "time None is not HH:MM"),
        ({"name": "x", "time": "06:30", "enabled": False}, "is switched off"),
        ({"name": "x", "time": "06:30", "days": [1, 2]}, r"days \[1, 2\] are not sure"),
        ({"name": "x", "time": "06:30", "days": ["Xyz"]}, "are not sure"),
        ({"name": "x", "time": "06:30", "days": 3}, "are no list"),
        ({"name": "x", "hour": "a"}, "is not HH:MM"),
    ],
)
def test_an_alarm_that_is_not_understood_is_told(alarm: object, said: str) -> None:
    """The others are taken."""
    held = {"alarms": [alarm, {"name": "good", "time": "06:30"}]}
    session = read_session(ID, json.dumps(held).encode())
    assert [each["name"] for each in session.alarms] == ["good"]
    (problem,) = session.problems
    assert problem.startswith("alarm ")
    assert re.search(said, problem)


def test_what_is_no_zone_and_no_alarms() -> None:
    session = read_session(ID, b'{"tz": 5, "alarms": "none"}')
    assert session.problems == ["time zone 5 is left out", "alarms 'none' are left out"]
