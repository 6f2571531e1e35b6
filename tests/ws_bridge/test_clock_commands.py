"""What a client of the clock may say, and what it is told when it says something else."""

import pytest

from ws_bridge.clock_commands import COMMANDS, Command, CommandError, explain, parse


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("PING", Command("PING")),
        ("  ping \n", Command("PING")),
        ("TZ", Command("TZ")),
        ("tzget", Command("TZ")),
        ("TZ Europe/Paris", Command("TZ", {"timezone": "Europe/Paris"})),
        ("TZ:Europe/Paris", Command("TZ", {"timezone": "Europe/Paris"})),
        ("SetTZ : Asia/Tokyo", Command("TZ", {"timezone": "Asia/Tokyo"})),
        ("TIMEZONES Europe/", Command("TZLIST", {"prefix": "Europe/"})),
        ("NOW", Command("TIME")),
        ("ALARMS", Command("ALARM LIST")),
        ("alarm list", Command("ALARM LIST")),
        ("ALARM DEL wake up", Command("ALARM DEL", {"name": "wake up"})),
        ('RMALARM:"wake up"', Command("ALARM DEL", {"name": "wake up"})),
        ("STOP", Command("STOP")),
        ("OFF work", Command("STOP", {"name": "work"})),
        ("SNOOZE", Command("SNOOZE", {"minutes": 9})),
        ("SNOOZE 5", Command("SNOOZE", {"minutes": 5})),
        ("SNOOZE 5 work", Command("SNOOZE", {"minutes": 5, "name": "work"})),
        ("SNOOZE wake up", Command("SNOOZE", {"minutes": 9, "name": "wake up"})),
        ("ALRMFMT JSON", Command("ALRMFMT", {"format": "json"})),
        ("SESSION", Command("SESSION")),
        ("LOGOUT", Command("SESSION END")),
        ("session end", Command("SESSION END")),
        ("VERSION", Command("VERSION")),
    ],
)
def test_commands_and_their_aliases(text: str, command: Command):
    assert parse(text) == command


@pytest.mark.parametrize(
    ("text", "name", "time", "days", "once"),
    [
        ("ALARM ADD 06:30 work", "work", "06:30:00", None, False),
        ("ADDALRM 6:30:15 wake up", "wake up", "06:30:15", None, False),
        ("SETALARM:06:30 a days=Tue,mon", "a", "06:30:00", ["Mon", "Tue"], False),
        ("ALARM ADD 23:59 a days=Sunday ONCE", "a", "23:59:00", ["Sun"], True),
        ('ALARM ADD 00:00 "once"', "once", "00:00:00", None, False),
    ],
)
def test_alarms(text: str, name: str, time: str, days: list[str] | None, once: bool):
    values = {"name": name, "time": time, "days": days, "once": once}
    assert parse(text) == Command("ALARM ADD", values)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        (" \n", "empty"),
        (":", "empty"),
        ("FLY", "unknown command FLY"),
        ("ALARM FLY", "ALARM ADD, ALARM LIST or ALARM DEL"),
        ("ALARM ADD", "bad time"),
        ("ALARM ADD 24:00 x", "bad time"),
        ("ALARM ADD 06:60 x", "bad time"),
        ("ALARM ADD 06:30", "a name has"),
        ("ALARM ADD 06:30 " + "x" * 65, "a name has"),
        ("ALARM ADD 06:30 a\x07b", "a name has"),
        ("ALARM ADD 06:30 a days=Foo", "bad days"),
        ("ALARM DEL", "which alarm"),
        ("SNOOZE 0", "1 to 1440 minutes"),
        ("SNOOZE 99999", "1 to 1440 minutes"),
        ("ALRMFMT xml", "ALRMFMT name"),
        ("SESSION x", "takes nothing more"),
        ("PING x", "takes nothing more"),
        ("HELP FLY", "unknown command FLY"),
        ("x" * 5000, "at most 4096"),
    ],
)
def test_what_is_wrong_is_said_in_words(text: str, words: str):
    with pytest.raises(CommandError, match=words) as error:
        parse(text)
    assert "\n" not in str(error.value)


def test_help_names_every_command_and_explains_each():
    assert parse("?").arguments["text"].split() == list(COMMANDS)
    for name in COMMANDS:
        assert explain(name).startswith(name)
    assert "TZSET" in explain("tzget")
    assert parse("HELP ALARM").arguments["text"] == explain("ALARM")
