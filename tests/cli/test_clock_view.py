"""The clock on a screen and in a pipe."""

import pytest

from mantel.clock_dialogue import Dialogue, ListedAlarm, Reply
from mantel.clock_view import Lines, Screen
from mantel.typed_line import TypedLine

EVIL = "\x1b[2J"


def test_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """Escape codes from outside are made visible."""
    lines = Lines()
    lines.heard("", Dialogue())
    lines.heard(f"ALRM:{EVIL}", Dialogue())
    lines.answered(Reply("TZ", True, "Asia/Tokyo"))
    lines.told("gone")
    lines.told("")
    told = capsys.readouterr()
    assert told.out == "ALRM:\\x1b[2J\nOK:Asia/Tokyo\n"
    assert told.err == "mantel: gone\n"


async def test_screen(capsys: pytest.CaptureFixture[str]) -> None:
    line = TypedLine()
    dialogue = Dialogue()
    with Screen("pi:8901", line) as screen:
        for message in ("TZN:CET", "2026-02-17T12:13:39+01:00", "ALRM:tea", f"ALRM:{EVIL}"):
            dialogue.hear(message)
            screen.heard(message, dialogue)
        screen.alarms([
            ListedAlarm("tea", "12:13:00", ["Mon", "Tue"], ringing=True),
            ListedAlarm(EVIL, "06:30:00", ringing=True, next_at="2026-02-18T06:30:00+01:00"),
            ListedAlarm("off", "07:00:00", once=True, enabled=False),
        ])  # fmt: skip
        screen.answered(Reply("PING", True, "PONG"))
        screen.noted("a new session")
        screen.told("trying again")
        line.take("ALARM [bold]")
    drawn = capsys.readouterr().out
    for text in (
        "Tue 17 Feb 2026  12:13:39  CET  clock pi:8901",
        "RINGS: tea, \\x1b[2J",
        "12:13:00  tea  Mon Tue",
        "06:30:00  \\x1b[2J  daily  next Wed 18 Feb 06:30:00",
        "07:00:00  off  once  off",
        "PING  OK:PONG",
        "a new session",
        "trying again",
        "> ALARM [bold]_",
    ):
        assert text in drawn
    assert EVIL not in drawn


async def test_what_was_stopped_rings_no_more() -> None:
    dialogue = Dialogue()
    dialogue.hear("ALRM:tea")
    screen = Screen("pi:8901", TypedLine())
    screen.heard("ALRM:tea", dialogue)
    screen.alarms([ListedAlarm("tea", "06:30:00")])
    assert dialogue.ringing == []
