"""Changes by topic."""

from typing import Any

import pytest

from alarms.alarm_text import AlarmText, parse
from alarms.definition import EntryError
from alarms.edit import add, delete, update
from alarms.roster import read_roster


def ids(text: AlarmText) -> list[str]:
    return [each.id for each in read_roster(text.entries).definitions]


def test_an_alarm_made_by_topic_repeats() -> None:
    """Unless it says otherwise; its id is only written where it has to be."""
    text, own = add(parse("[]"), {"alarm_time": "0630", "name": None})
    assert (own, text.entries) == ("alarm-0630", ({"alarm_time": "0630", "repeat": True},))
    text, own = add(text, {"alarm_time": "0630", "alarm_days": ["Fri"], "repeat": False})
    assert own == "alarm-0630-2"
    assert text.entries[1]["repeat"] is False
    assert ids(text) == ["alarm-0630", "alarm-0630-2"]


def test_nobody_else_gets_another_id() -> None:
    """The newcomer would come first by its content, and so gets its id in writing."""
    text = parse('[{"alarm_time": "0630", "alarm_days": ["Tue"]}]')
    after, own = add(text, {"alarm_time": "0630", "alarm_days": ["Mon"]})
    assert own == "alarm-0630-2"
    assert after.entries[0] == text.entries[0]
    assert after.entries[1]["id"] == "alarm-0630-2"
    assert ids(after) == ["alarm-0630", "alarm-0630-2"]
    left = delete(after, "alarm-0630")
    assert ids(left) == ["alarm-0630-2"]


def test_an_alarm_keeps_its_id_when_its_time_or_name_changes() -> None:
    """By topic; else its entities would be others."""
    text = parse('[{"alarm_time": "0630", "mine": 1}, {"alarm_time": "0630", "repeat": true}]')
    after = update(text, "alarm-0630", {"alarm_time": "0700"})
    assert ids(after) == ids(text)
    assert ids(update(after, "alarm-0630", {"name": "Wake up"})) == ids(text)


def test_null_takes_a_field_out() -> None:
    """And nothing is written when nothing changes."""
    text = parse('{"alarm_time": "0630", "alarm_days": ["Mon"]}')
    after = update(text, "alarm-0630", {"alarm_days": None, "id": "alarm-0630"})
    assert after.text == '{"alarm_time": "0630"}'
    assert update(after, "alarm-0630", {"alarm_time": "0630"}) is after
    cron = update(after, "alarm-0630", {"alarm_time": None, "cron": "0 7 * * *"})
    assert ids(cron) == ["alarm-0630"]


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({}, "alarm_time: is missing"),
        ({"alarm_time": "2500"}, "alarm_time: '2500' must be"),
        ({"alarm_time": "0630", "id": "event"}, "id: 'event' is a name"),
        ({"alarm_time": "0630", "id": "alarm-0700"}, "is that of another alarm"),
        ({"alarm_time": "0630", "alarm_image": "/etc/passwd"}, "alarm_image: '/etc/passwd' must"),
        ({"alarm_time": "0630", "colour": 1}, "colour: there is no such field"),
    ],
)
def test_what_cannot_be_is_refused(fields: dict[str, Any], problem: str) -> None:
    """With the field's name."""
    with pytest.raises(EntryError, match=problem):
        add(parse('[{"alarm_time": "0700"}]'), fields)


def test_what_is_not_there_cannot_be_changed() -> None:
    """Nor can an id."""
    text = parse('[{"alarm_time": "0700"}, {"alarm_time": "2500", "id": "bad"}]')
    for own in ("nobody", "bad"):
        with pytest.raises(EntryError, match="there is no alarm"):
            update(text, own, {"alarm_time": "0800"})
        with pytest.raises(EntryError, match="there is no alarm"):
            delete(text, own)
    with pytest.raises(EntryError, match="cannot be changed"):
        update(text, "alarm-0700", {"id": "other"})
