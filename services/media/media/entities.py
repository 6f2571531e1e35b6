"""What Home Assistant shows of displays. Pure."""

from collections.abc import Callable, Iterable
from typing import get_args

import msgspec

from shared.discovery import Component
from shared.payloads import DisplayMode


def display_entities(display: str, name: str, preview_topic: str) -> dict[str, Component]:
    """Return the component that shows the picture of a display, as people see it."""
    return {
        f"display:{display}:picture": {
            "p": "image",
            "name": f"{name} picture",
            "image_topic": preview_topic,
            "content_type": "image/png",
            "icon": "mdi:image-frame",
        }
    }


def registered_entities(
    displays: Iterable[str],
    waiting: Iterable[str],
    state: Callable[[str], str],
    command: Callable[[str], str],
    approve_topic: str,
) -> dict[str, Component]:
    """Return the components of the displays that have joined, and of those that wait to.

    The functions give the topics of an id.
    """
    found: dict[str, Component] = {}
    for id_ in displays:
        found[f"display:{id_}:mode"] = {
            "p": "select",
            "name": f"{id_} mode",
            "icon": "mdi:image-multiple",
            "options": ["auto", *get_args(DisplayMode)],
            "state_topic": state(id_),
            "value_template": "{{ value_json.override or 'auto' }}",
            "command_topic": command(id_),
            "qos": 1,
        }
        found[f"display:{id_}:seen"] = {
            "p": "sensor",
            "name": f"{id_} last contact",
            "device_class": "timestamp",
            "state_topic": state(id_),
            "value_template": "{{ value_json.last_seen_at }}",
            "entity_category": "diagnostic",
        }
        found[f"display:{id_}:refresh"] = {
            "p": "button",
            "name": f"{id_} refresh",
            "icon": "mdi:refresh",
            "command_topic": command(id_),
            "payload_press": "next",
            "qos": 1,
        }
    for id_ in waiting:
        found[f"display:{id_}:approve"] = {
            "p": "button",
            "name": f"{id_} approve",
            "icon": "mdi:check-network",
            "command_topic": approve_topic,
            "payload_press": msgspec.json.encode({"id": id_}).decode(),
            "qos": 1,
        }
    return found
