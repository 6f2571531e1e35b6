"""What Home Assistant shows of the alarms. Pure.

The time of day is a `text`: a `time` makes Home Assistants before 2026.5 drop the whole device.
"""

from collections.abc import Callable, Iterable
from typing import get_args

from shared.discovery import Component, picked
from shared.payloads import AlarmDefinition, AlarmStatus

_TIME = r"^([01][0-9]|2[0-3]):?[0-5][0-9]$"
_SHOWN_TIME = (
    "{{ value_json.alarm_time[:2] ~ ':' ~ value_json.alarm_time[2:] "
    "if value_json is defined and value_json.alarm_time else none }}"
)
_EVENTS = ("start", "stop", "snooze", "skip", "missed", "unheard")
_BUTTONS = {
    "snooze": "mdi:alarm-snooze",
    "dismiss": "mdi:alarm-off",
    "skip": "mdi:debug-step-over",
    "unskip": "mdi:undo",
    "test": "mdi:bell-ring",
}


def hub_entities(next_topic: str, event_topic: str) -> dict[str, Component]:
    """Return the components that are of all alarms together."""
    return {
        "next": {
            "p": "sensor",
            "name": "Next alarm",
            "state_topic": next_topic,
            "value_template": "{{ value_json.at if value_json else none }}",
            "device_class": "timestamp",
        },
        "event": {
            "p": "event",
            "name": "Alarm event",
            "state_topic": event_topic,
            "event_types": list(_EVENTS),
            "value_template": "{{ dict(value_json, event_type=value_json.event) | tojson }}",
        },
    }


def alarm_entities(
    alarms: Iterable[AlarmDefinition],
    config: Callable[[str], str],
    state: Callable[[str], str],
    command: Callable[[str], str],
) -> dict[str, Component]:
    """Return the components of each alarm; the functions give the topics of an id."""
    found: dict[str, Component] = {}
    for alarm in alarms:
        own, name = alarm.id, alarm.name
        obeys: Component = {"command_topic": command(own), "qos": 1}
        shows: Component = {"state_topic": state(own)}
        found[f"{own}:enabled"] = {
            "p": "switch",
            "name": name,
            "icon": "mdi:alarm",
            "state_topic": config(own),
            "value_template": picked("'ON' if value_json.enabled else 'OFF'"),
            "state_on": "ON",
            "state_off": "OFF",
            "payload_on": "enable",
            "payload_off": "disable",
        } | obeys
        if alarm.alarm_time is not None:
            found[f"{own}:time"] = {
                "p": "text",
                "name": f"{name} time",
                "icon": "mdi:clock-edit-outline",
                "state_topic": config(own),
                "value_template": _SHOWN_TIME,
                "command_template": "{{ {'alarm_time': value | replace(':', '')} | tojson }}",
                "pattern": _TIME,
                "min": 4,
                "max": 5,
                "entity_category": "config",
            } | obeys
        found[f"{own}:state"] = {
            "p": "sensor",
            "name": f"{name} state",
            "value_template": picked("value_json.state"),
            "device_class": "enum",
            "options": list(get_args(AlarmStatus)),
            "icon": "mdi:alarm-check",
        } | shows
        found[f"{own}:next"] = {
            "p": "sensor",
            "name": f"{name} next ring",
            "value_template": picked("value_json.next_at"),
            "device_class": "timestamp",
        } | shows
        found[f"{own}:unheard"] = {
            "p": "binary_sensor",
            "name": f"{name} unheard",
            "value_template": picked("value_json.unheard"),
            "payload_on": "True",
            "payload_off": "False",
            "device_class": "problem",
            "entity_category": "diagnostic",
        } | shows
        for word, icon in _BUTTONS.items():
            found[f"{own}:{word}"] = {
                "p": "button",
                "name": f"{name} {word}",
                "payload_press": word,
                "icon": icon,
                # not beside the others, where it would be pressed by mistake
                **({"entity_category": "config"} if word == "test" else {}),
            } | obeys
    return found
