"""What is not changed in alarms.json stays as it was written."""

import json

import pytest

from alarms.alarm_text import TextError, fresh, parse

MANY = """[
    {
        "alarm_time": "0630",
        "alarm_days": ["Mon",   "Tue"],
        "mine": {"a":1}
    },
    {"alarm_time": "0700"},

    {
        "alarm_time": "0800"
    }
]
"""


def test_an_entry_is_written_like_the_one_before() -> None:
    """And the others stay, blanks included."""
    text = parse(MANY)
    after = text.replaced(0, text.entries[0] | {"enabled": False})
    assert after.text == MANY.replace(
        '"alarm_days": ["Mon",   "Tue"],\n        "mine": {"a":1}',
        '"alarm_days": ["Mon", "Tue"],\n        "mine": {"a": 1},\n        "enabled": false',
    )
    assert text.replaced(1, {"alarm_time": "0715", "name": "Zoë"}).text == MANY.replace(
        '{"alarm_time": "0700"}', '{"alarm_time": "0715", "name": "Zoë"}'
    )


def test_one_more_is_written_like_the_last() -> None:
    """With its indentation."""
    assert parse(MANY).appended({"alarm_time": "0900"}).text == MANY.replace(
        '"0800"\n    }', '"0800"\n    },\n    {\n        "alarm_time": "0900"\n    }'
    )
    assert parse('[{"a": 1}]').appended({"b": 2}).text == '[{"a": 1}, {"b": 2}]'
    assert fresh().appended({"b": 2}).text == '[\n  {\n    "b": 2\n  }\n]\n'


def test_one_less_leaves_the_others() -> None:
    """First, in the middle, last, the only one."""
    for place, left in ((0, ["0700", "0800"]), (1, ["0630", "0800"]), (2, ["0630", "0700"])):
        after = parse(MANY).removed(place)
        assert [entry["alarm_time"] for entry in after.entries] == left
        assert json.loads(after.text) == list(after.entries)
    assert parse('[{"a": 1}]\n').removed(0).text == "[]\n"


def test_a_single_object_stays_one() -> None:
    """Until there are two."""
    text = parse('{\n  "alarm_time": "0630"\n}\n')
    assert text.replaced(0, {"alarm_time": "0700"}).text == '{\n  "alarm_time": "0700"\n}\n'
    assert text.removed(0).text == "[]\n"
    two = text.appended({"alarm_time": "0700"})
    assert two.text == (
        '[\n  {\n    "alarm_time": "0630"\n  },\n  {\n    "alarm_time": "0700"\n  }\n]\n'
    )


def test_the_ends_of_lines_and_the_mark_in_front_are_kept() -> None:
    """As some editors write them."""
    text = parse("\ufeff" + MANY.replace("\n", "\r\n"))
    after = text.replaced(0, {"alarm_time": "0640", "x": 1}).appended({"alarm_time": "0900"})
    assert after.text.startswith('\ufeff[\r\n    {\r\n        "alarm_time": "0640",\r\n')
    assert after.text.count("\n") == after.text.count("\r\n")
    assert [entry["alarm_time"] for entry in after.entries] == ["0640", "0700", "0800", "0900"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[\n  {"alarm_time": "0630",}\n]', "line 2, column "),
        ("[", "line 1, column 2"),
        ("", "it is empty"),
        ("7", "it must be an object, or an array"),
        ("[" * 100_000, "recursion"),
        ("[1" + "0" * 10_000 + "]", "digits"),
        ('{"x":' + "[" * 33 + "]" * 33 + "}", "nested too deeply"),
        ("[" + "1," * 1000 + "1]", "1001 entries, 1000 are the most"),
    ],
)
def test_what_is_broken_is_said_with_its_place(text: str, problem: str) -> None:
    """Line and column."""
    with pytest.raises(TextError, match=problem):
        parse(text)


def test_half_a_character_can_be_written() -> None:
    """JSON may hold it, a file may not."""
    after = parse('{"alarm_time": "0630", "x": "\\ud800"}').replaced(0, {"x": "\ud800"})
    assert after.text.encode() == b'{"x": "\\ud800"}'
