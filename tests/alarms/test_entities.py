"""What Home Assistant gets, with its own template language."""

import json
import re
from typing import Any

import msgspec
from jinja2 import Environment

from alarms.definition import read_definition
from alarms.entities import alarm_entities, hub_entities
from shared.discovery import Component
from shared.payloads import AlarmDefinition

ALARM = read_definition({"alarm_time": "0630", "name": "Wake up"}, "-", "wake-up")
CRON = read_definition({"cron": "0 7 * * *"}, "Alarm 0 7 * * *", "c")


def entities(*alarms: AlarmDefinition) -> dict[str, Component]:
    return alarm_entities(
        alarms, lambda own: f"c/{own}", lambda own: f"s/{own}", lambda own: f"t/{own}"
    )


def render(template: str, **values: Any) -> str:
    environment = Environment(autoescape=False)  # noqa: S701 - no page
    environment.filters["tojson"] = json.dumps
    return environment.from_string(template).render(**values)


def test_an_alarm_is_a_switch_a_time_two_sensors_a_problem_and_five_buttons() -> None:
    """A cron line has no time to edit."""
    platforms = {key: each["p"] for key, each in entities(ALARM, CRON).items()}
    assert platforms == {
        "wake-up:enabled": "switch", "wake-up:time": "text", "wake-up:state": "sensor",
        "wake-up:next": "sensor", "wake-up:unheard": "binary_sensor",
        "wake-up:snooze": "button", "wake-up:dismiss": "button", "wake-up:skip": "button",
        "wake-up:unskip": "button", "wake-up:test": "button",
        "c:enabled": "switch", "c:state": "sensor", "c:next": "sensor",
        "c:unheard": "binary_sensor", "c:snooze": "button", "c:dismiss": "button",
        "c:skip": "button", "c:unskip": "button", "c:test": "button",
    }  # fmt: skip
    assert not {"time", "date", "datetime"} & set(platforms.values())


def test_values_are_picked_as_home_assistant_wants_them() -> None:
    """And the time goes back as alarms.json has it."""
    found = entities(ALARM)
    config = msgspec.to_builtins(ALARM)
    assert render(found["wake-up:enabled"]["value_template"], value_json=config) == "ON"
    time = found["wake-up:time"]
    assert render(time["value_template"], value_json=config) == "06:30"
    assert render(time["value_template"], value_json={"alarm_time": None}) == "None"
    for typed in ("07:15", "0715"):
        assert re.match(time["pattern"], typed)
        assert json.loads(render(time["command_template"], value=typed)) == {"alarm_time": "0715"}
    assert not re.match(time["pattern"], "24:00")
    state = {"state": "waiting", "next_at": None, "unheard": True}
    assert render(found["wake-up:next"]["value_template"], value_json=state) == "None"
    assert render(found["wake-up:unheard"]["value_template"], value_json=state) == "True"
    assert found["wake-up:state"]["options"] == [
        "waiting", "ringing", "snoozed", "skipped", "disabled", "missed",
    ]  # fmt: skip


def test_the_next_alarm_may_be_none() -> None:
    """Which is unknown, without a line in the log."""
    found = hub_entities("n", "e")
    template = found["next"]["value_template"]
    assert render(template, value_json=None) == "None"
    assert render(template, value_json={"id": "a", "at": "2026-02-17T05:30:00Z"}).startswith("2026")
    event = json.loads(render(found["event"]["value_template"], value_json={"event": "start"}))
    assert event == {"event": "start", "event_type": "start"}
