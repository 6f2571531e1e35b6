"""Home Assistant's device-based discovery, made from the payload models. Pure.

One service announces one device payload: its components on the host's device, all retained.
Home Assistant refuses the whole payload for one unknown key or platform, and keeps a component
that is left out of a later payload; so a component goes by a platform-only entry first.
"""

import itertools
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, get_args, get_type_hints

import msgspec

from shared.metric import Metric

Component = dict[str, Any]

MOST_BYTES = 850_000
"""How long the components of an announcement get at most: 150 displays are 697 000 bytes, the
broker cuts off who sends more than 1 MiB, and what has gone is told of beside them."""


@cache
def metrics(model: type[msgspec.Struct]) -> dict[str, Metric]:
    """Return how Home Assistant shows the fields of `model`, for those that it shows."""
    found = {}
    for field, annotated in get_type_hints(model, include_extras=True).items():
        for meta in get_args(annotated)[1:]:
            metric = (meta.extra or {}).get("metric") if isinstance(meta, msgspec.Meta) else None
            if metric is not None:
                found[field] = metric
    return found


def component(metric: Metric, state_topic: str, template: str, name: str = "") -> Component:
    """Return the entity of one metric: `template` picks its value out of the state topic.

    Keys without a value are left out: Home Assistant takes an empty string for a wrong one.
    """
    result: Component = {
        "p": metric.platform,
        "name": name or metric.name,
        "state_topic": state_topic,
        "value_template": template,
        "unit_of_measurement": metric.unit,
        "device_class": metric.device_class,
        "state_class": metric.state_class,
        "suggested_display_precision": metric.precision,
        "icon": metric.icon,
        "enabled_by_default": None if metric.enabled else False,
        "entity_category": "diagnostic" if metric.diagnostic else None,
    }
    if metric.platform == "binary_sensor":
        result |= {"payload_on": "True", "payload_off": "False"}
    return {key: value for key, value in result.items() if value is not None}


def picked(expression: str, otherwise: str = "none") -> str:
    """Return the template for a value of a JSON topic that is cleared when its thing goes.

    Home Assistant hears of that before the entity is taken back, and would log an error.
    """
    return f"{{{{ ({expression}) if value_json is defined else {otherwise} }}}}"


def connectivity(service: str, availability_topic: str) -> Component:
    """Return the entity that tells whether the service runs, itself always available."""
    return {
        "p": "binary_sensor",
        "name": f"{service} service",
        "state_topic": availability_topic,
        "payload_on": "online",
        "payload_off": "offline",
        "device_class": "connectivity",
        "entity_category": "diagnostic",
        "availability": [],
    }


def own_ids(root: str, node: str, service: str) -> str:
    """Return what the unique ids of a service's entities begin with."""
    return f"{root}_{node}_{service}_"


def config(
    *,
    root: str,
    node: str,
    service: str,
    version: str,
    availability_topic: str,
    components: Mapping[str, Component],
    removed: Mapping[str, Component] = MappingProxyType({}),
) -> bytes:
    """Return the payload that announces a service's components on the device of its host.

    Of `removed` only the platform is told, which takes them back.
    """
    device, owner = f"{root}_{node}", own_ids(root, node, service)
    own = {"connectivity": connectivity(service, availability_topic)}
    whole = {
        key: entity | {"unique_id": f"{owner}{key}"}
        for key, entity in (own | dict(components)).items()
    }
    return msgspec.json.encode(
        {
            "dev": {"ids": [device], "name": node, "mf": "Mantel", "mdl": "Hub", "sw": version},
            "o": {"name": "mantel", "sw": version},
            "availability": [{"topic": availability_topic}],
            "cmps": whole | {key: {"p": entity["p"]} for key, entity in removed.items()},
        }
    )


def fitting(components: Mapping[str, Component], owner: str) -> dict[str, Component]:
    """Return as many components, from the first on, as one announcement takes (MOST_BYTES).

    `owner` is what their unique ids begin with, `own_ids` of the service.
    """
    sizes = (
        len(msgspec.json.encode({key: entity | {"unique_id": f"{owner}{key}"}}))
        for key, entity in components.items()
    )
    totals = itertools.accumulate(sizes)
    return {
        key: components[key]
        for key, total in zip(components, totals, strict=True)
        if total <= MOST_BYTES
    }


def announced(payload: bytes) -> dict[str, Component]:
    """Return the components that a payload of `config` announces; none when it is no such."""
    try:
        components = msgspec.json.decode(payload)["cmps"]
        return {
            str(key): dict(entity)
            for key, entity in components.items()
            if key != "connectivity" and isinstance(entity["p"], str)
        }
    except (
        msgspec.MsgspecError, TypeError, KeyError, AttributeError, ValueError, RecursionError,
    ):  # fmt: skip
        return {}


def gone(before: Mapping[str, Component], now: Mapping[str, Component]) -> dict[str, Component]:
    """Return what was announced before and is no more, or is of another platform now."""
    return {
        key: entity
        for key, entity in before.items()
        if key not in now or now[key]["p"] != entity["p"]
    }
