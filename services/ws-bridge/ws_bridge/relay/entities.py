"""The relay's devices in Home Assistant: whether each is connected. Pure."""

from collections.abc import Callable, Iterable

from shared.discovery import Component

PREFIX = "device_"
"""How the keys of these entities begin."""


def device_entities(
    devices: Iterable[str], state_topic: Callable[[str], str]
) -> dict[str, Component]:
    """Return an entity for each device; `state_topic` tells where its state stands."""
    return {
        f"{PREFIX}{device}": {
            "p": "binary_sensor",
            "name": f"{device} connected",
            "state_topic": state_topic(device),
            "value_template": "{{ value_json.connected }}",
            "payload_on": "True",
            "payload_off": "False",
            "device_class": "connectivity",
            "entity_category": "diagnostic",
        }
        for device in devices
    }
