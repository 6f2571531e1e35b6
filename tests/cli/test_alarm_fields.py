"""The fields of an alarm, from options to a request."""

from typing import Any

import click
import msgspec
import pytest

from mantel import alarm_fields
from shared.payloads import AlarmDefinition


def test_every_field_has_an_option() -> None:
    """But those that have another way: an argument, or a command of their own."""
    assert set(alarm_fields._OPTIONS) == set(AlarmDefinition.__struct_fields__) - {
        "id",
        "alarm_time",
        "enabled",
    }


def test_collect_takes_what_is_given() -> None:
    given = {"name": "Work", "timezone": "", "once": False, "cron": None, "volume_percent": 0}
    assert alarm_fields.collect(given) == {
        "name": "Work",
        "timezone": None,
        "once": False,
        "volume_percent": 0,
    }


@pytest.mark.parametrize("pair", [("alarm_days", "alarm_dates"), ("alarm_days", "cron")])
def test_collect_refuses_what_excludes_each_other(pair: tuple[str, str]) -> None:
    with pytest.raises(click.UsageError, match="exclude each other"):
        alarm_fields.collect(dict.fromkeys(pair, "x"))
    assert alarm_fields.collect({pair[0]: "x", pair[1]: ""}) == {pair[0]: "x", pair[1]: None}


@pytest.mark.parametrize(
    ("old", "new", "sent"),
    [
        ({"cron": "0 7 * * *"}, {"alarm_time": "0630"}, {"cron": None}),
        (
            {"alarm_time": "0630", "alarm_days": ["Mon"]},
            {"cron": "0 7 * * *"},
            {"alarm_time": None, "alarm_days": None},
        ),
        ({"alarm_days": ["Mon"]}, {"alarm_dates": ["12/24"]}, {"alarm_days": None}),
        ({"alarm_days": ["Mon"]}, {"alarm_dates": None}, {}),
        ({"alarm_time": "0630"}, {"alarm_time": "0700"}, {}),
        ({"cron": "0 7 * * *"}, {"alarm_time": "0630", "cron": None}, {}),
    ],
)
def test_displacing(old: dict[str, Any], new: dict[str, Any], sent: dict[str, None]) -> None:
    alarm = msgspec.convert({"id": "a", "name": "A", **old}, AlarmDefinition)
    assert alarm_fields.displacing(new, alarm) == {**new, **sent}
