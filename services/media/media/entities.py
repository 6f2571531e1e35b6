"""What Home Assistant shows of displays. Pure."""

from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple, get_args

import msgspec

from media.display.display import BUILT_IN
from shared.discovery import Component, picked
from shared.payloads import DisplayMode


def display_entities(display: str, preview_topic: str) -> dict[str, Component]:
    """Return the component that shows the picture of a display, as people see it."""
    return {
        f"display:{display}:picture": {
            "p": "image",
            "name": f"{_shown(display)} picture",
            "image_topic": preview_topic,
            "content_type": "image/png",
            "icon": "mdi:image-frame",
        }
    }


def _shown(id_: str) -> str:
    """Return a display's name for people."""
    return id_.upper() if id_ == BUILT_IN else id_


class Told(NamedTuple):
    """A display, and what of its device it has ever told; only that is shown."""

    id: str
    battery: bool = False
    signal: bool = False
    firmware: bool = False
    theme: str = ""
    """That of its pages, which is offered also when there is none of that name any more."""


class Addresses(NamedTuple):
    """The topics that entities name, of each display by its id, and the service's."""

    state: Callable[[str], str]
    command: Callable[[str], str]
    approve: str
    update: str
    availability: str


_OF_ALL = ("picture", "mode", "refresh", "theme")


def without_contact(
    components: dict[str, Component], displays: Iterable[str]
) -> dict[str, Component]:
    """Return the components without what displays tell that ask: these `displays` never do."""
    silent = set(displays)
    return {
        key: component
        for key, component in components.items()
        if key.split(":")[1] not in silent or key.split(":")[-1] in _OF_ALL
    }


def registered_entities(
    displays: Iterable[Told],
    waiting: Iterable[str],
    topics: Addresses,
    themes: Collection[str] = (),
) -> dict[str, Component]:
    """Return the components of the displays that have joined, and of those that wait to.

    `themes` are those to choose from. Those that wait are first: one message cannot hold any
    number.
    """
    state, command = topics.state, topics.command
    found: dict[str, Component] = {}
    for id_ in waiting:
        found[f"display:{id_}:approve"] = {
            "p": "button",
            "name": f"{_shown(id_)} approve",
            "icon": "mdi:check-network",
            "command_topic": topics.approve,
            "payload_press": msgspec.json.encode({"id": id_}).decode(),
            "qos": 1,
        }
    for each in displays:
        here = _while_here(state(each.id), topics.availability)
        entities = _always(each.id, state(each.id)) | _buttons(each.id, command(each.id))
        entities["mode"] |= {"command_topic": command(each.id), "qos": 1}
        entities["wake"] |= here
        if themes:
            entities["theme"] = _theme(each, state(each.id), topics.update, themes)
        if each.battery:
            entities |= _battery(each.id, state(each.id), here)
        if each.signal:
            entities["signal"] = here | {
                "p": "sensor",
                "name": f"{_shown(each.id)} signal",
                "device_class": "signal_strength",
                "unit_of_measurement": "dBm",
                "state_class": "measurement",
                "state_topic": state(each.id),
                "value_template": picked("value_json.rssi_dbm"),
                "entity_category": "diagnostic",
            }
        if each.firmware:
            entities["firmware"] = {
                "p": "sensor",
                "name": f"{_shown(each.id)} firmware",
                "icon": "mdi:chip",
                "state_topic": state(each.id),
                "value_template": picked("value_json.firmware"),
                "entity_category": "diagnostic",
            }
        found |= {f"display:{each.id}:{name}": entity for name, entity in entities.items()}
    return found


def _while_here(state_topic: str, availability_topic: str) -> Component:
    """Return what makes an entity unavailable when its display is offline, or the service.

    An entity's own availability takes the place of the service's, so that is named too.
    """
    asleep_too = picked(
        "'offline' if value_json.availability == 'offline' else 'online'", "'offline'"
    )
    return {
        "availability": [
            {"topic": availability_topic},
            {"topic": state_topic, "value_template": asleep_too},
        ],
        "availability_mode": "all",
    }


def _always(id_: str, state_topic: str) -> dict[str, Component]:
    """Return what is shown of each display, and still when it has not come for long."""
    return {
        "mode": {
            "p": "select",
            "name": f"{_shown(id_)} mode",
            "icon": "mdi:image-multiple",
            "options": ["auto", *get_args(DisplayMode)],
            "state_topic": state_topic,
            "value_template": picked("value_json.override or 'auto'"),
        },
        "seen": _moment(id_, "last contact", state_topic, "last_seen_at"),
        "wake": _moment(id_, "next wake", state_topic, "next_wake_at"),
        "availability": {
            "p": "sensor",
            "name": f"{_shown(id_)} availability",
            "device_class": "enum",
            "options": ["online", "sleeping", "offline"],
            "icon": "mdi:sleep",
            "state_topic": state_topic,
            "value_template": picked("value_json.availability"),
            "entity_category": "diagnostic",
        },
    }


def _theme(told: Told, state_topic: str, update_topic: str, themes: Collection[str]) -> Component:
    """Return the choice of a theme; "auto" is the one that suits the screen."""
    chosen = "{{ '' if value == 'auto' else value }}"
    return {
        "p": "select",
        "name": f"{_shown(told.id)} theme",
        "icon": "mdi:palette",
        "entity_category": "config",
        "options": ["auto", *sorted({*themes, told.theme} - {"", "auto"})],
        "state_topic": state_topic,
        "value_template": picked("value_json.theme or 'auto'"),
        "command_topic": update_topic,
        "command_template": f'{{"id": "{told.id}", "theme": "{chosen}"}}',
        "qos": 1,
    }


def _moment(id_: str, name: str, state_topic: str, field: str) -> Component:
    return {
        "p": "sensor",
        "name": f"{_shown(id_)} {name}",
        "device_class": "timestamp",
        "state_topic": state_topic,
        "value_template": picked(f"value_json.{field}"),
        "entity_category": "diagnostic",
    }


def _buttons(id_: str, command_topic: str) -> dict[str, Component]:
    return {
        "refresh": {
            "p": "button",
            "name": f"{_shown(id_)} refresh",
            "icon": "mdi:refresh",
            "command_topic": command_topic,
            "payload_press": "next",
            "qos": 1,
        },
        "identify": {
            "p": "button",
            "name": f"{_shown(id_)} identify",
            "device_class": "identify",
            "entity_category": "config",
            "command_topic": command_topic,
            "payload_press": "identify",
            "qos": 1,
        },
    }


def _battery(id_: str, state_topic: str, here: Component) -> dict[str, Component]:
    """Return the charge, and whether it is low: that is shown too when the display is gone."""
    return {
        "battery": here
        | {
            "p": "sensor",
            "name": f"{_shown(id_)} battery",
            "device_class": "battery",
            "unit_of_measurement": "%",
            "state_class": "measurement",
            "state_topic": state_topic,
            "value_template": picked("value_json.battery_percent"),
            "entity_category": "diagnostic",
        },
        "battery_low": {
            "p": "binary_sensor",
            "name": f"{_shown(id_)} battery low",
            "device_class": "problem",
            "state_topic": state_topic,
            "value_template": picked("'ON' if value_json.battery_low else 'OFF'"),
            "entity_category": "diagnostic",
        },
    }
