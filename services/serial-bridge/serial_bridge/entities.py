"""What Home Assistant shows of a panel. Pure."""

from typing import Any

import msgspec

from shared.discovery import Component, picked


def panel_entities(
    name: str, buttons: int, *, event: str, state: str, command: str, availability: str
) -> dict[str, Component]:
    """Return the components of one panel, whose topics are given, but for its device triggers.

    Its LEDs are unavailable while the panel is not connected; `availability` is the service's.
    """
    shown = _shown(name)
    key = f"panel:{name}"
    found: dict[str, Component] = {
        f"{key}:event": {
            "p": "event",
            "name": shown,
            "state_topic": event,
            "event_types": ["press", "release", "play", "stop", "ended"],
            "value_template": "{{ dict(value_json, event_type=value_json.event) | tojson }}",
            "device_class": "button",
        },
        f"{key}:connected": {
            "p": "binary_sensor",
            "name": f"{shown} connection",
            "state_topic": state,
            "value_template": picked("'ON' if value_json.connected else 'OFF'"),
            "device_class": "connectivity",
            "entity_category": "diagnostic",
        },
        f"{key}:firmware": {
            "p": "sensor",
            "name": f"{shown} firmware",
            "state_topic": state,
            "value_template": picked("value_json.firmware"),
            "icon": "mdi:chip",
            "entity_category": "diagnostic",
        },
        f"{key}:active": {
            "p": "sensor",
            "name": f"{shown} active button",
            "state_topic": state,
            "value_template": picked("value_json.active"),
            "icon": "mdi:gesture-tap-button",
        },
        f"{key}:stop": {
            "p": "button",
            "name": f"{shown} stop",
            "command_topic": command,
            "payload_press": _json(stop=True),
            "qos": 1,
            "icon": "mdi:stop",
        },
    }
    for button in range(1, buttons + 1):
        found[f"{key}:led:{button}"] = {
            "p": "switch",
            "name": f"{shown} LED {button}",
            "state_topic": state,
            "value_template": picked(f"'ON' if {button} in value_json.leds else 'OFF'"),
            "state_on": "ON",
            "state_off": "OFF",
            "command_topic": command,
            "payload_on": _json(led_on=button),
            "payload_off": _json(led_off=button),
            "qos": 1,
            "icon": "mdi:led-on",
            "availability": [
                {"topic": availability},
                {
                    "topic": state,
                    "value_template": picked(
                        "'online' if value_json.connected else 'offline'", "'offline'"
                    ),
                },
            ],
            "availability_mode": "all",
        }
    return found


def button_trigger(name: str, button: int, topic: str) -> dict[str, Component]:
    """Return the device trigger of one button, that fires with `press` on its topic."""
    return {
        f"panel:{name}:button:{button}": {
            "p": "device_automation",
            "automation_type": "trigger",
            "type": "button_short_press",
            "subtype": f"{_shown(name)} button {button}",
            "topic": topic,
            "payload": "press",
            "qos": 1,
        }
    }


def _shown(name: str) -> str:
    """Return a panel's name for people: Panel, Panel 2, Panel kitchen."""
    words = name.replace("_", " ").replace("-", " ").strip() or name
    return words.capitalize() if words.startswith("panel") else f"Panel {words}"


def _json(**fields: Any) -> str:  # noqa: ANN401
    return msgspec.json.encode(fields).decode()
