"""What Home Assistant shows of the host, made from the payloads' models. Pure."""

import re
from collections.abc import Iterable

from shared.discovery import Component, component, metrics
from shared.payloads import Container, Disk, HostStats, Network


def told_fields(stats: HostStats) -> frozenset[str]:
    """Return the fields that this host can tell: those that are not null."""
    return frozenset(field for field in metrics(HostStats) if getattr(stats, field) is not None)


def host_entities(stats: HostStats, fields: frozenset[str], topic: str) -> dict[str, Component]:
    """Return the components of one reading: `fields`, cores, disks and interfaces."""
    found = {}
    for field, metric in metrics(HostStats).items():
        if field == "cpu_core_percents":
            for core in range(len(stats.cpu_core_percents)):
                template = f"{{{{ value_json.{field}[{core}] | default(none) }}}}"
                found[f"cpu_core_{core}_percent"] = component(
                    metric, topic, template, f"{metric.name} {core}"
                )
        elif field in fields:
            found[field] = component(metric, topic, f"{{{{ value_json.{field} }}}}")
    for mount in stats.disks:
        for field, metric in metrics(Disk).items():
            found[f"disk_{_slug(mount)}_{field}"] = component(
                metric, topic, _of("disks", mount, field), f"Disk {mount} {metric.name}"
            )
    for name in stats.networks:
        for field, metric in metrics(Network).items():
            found[f"network_{_slug(name)}_{field}"] = component(
                metric, topic, _of("networks", name, field), f"{name} {metric.name}"
            )
    return found


def event_entity(topic: str) -> dict[str, Component]:
    """Return the component that fires when something begins or ends on the host."""
    kinds = ("under_voltage", "throttled", "frequency_capped", "disk_full")
    return {
        "host_event": {
            "p": "event",
            "name": "Event",
            "state_topic": topic,
            "event_types": [f"{kind}_{edge}" for kind in kinds for edge in ("began", "ended")],
            "value_template": (
                "{{ dict(value_json, event_type=value_json.event ~ "
                "('_began' if value_json.active else '_ended')) | tojson }}"
            ),
            "entity_category": "diagnostic",
        }
    }


def container_entities(
    containers: Iterable[Container],
    topic: str,
    controlled: dict[str, str],
) -> dict[str, Component]:
    """Return a binary sensor for each container, and buttons for those under control.

    `controlled` maps the shown name of those to the topic that commands them.
    """
    found: dict[str, Component] = {}
    for container in containers:
        key, shown = f"container_{_slug(container.name)}", _quoted(container.name)
        chosen = f"value_json | selectattr('name', 'eq', {shown}) | list | first | default({{}})"
        found[key] = {
            "p": "binary_sensor",
            "name": f"Container {container.name}",
            "state_topic": topic,
            "value_template": (
                f"{{{{ 'ON' if ({chosen}).get('status') == 'running' else 'OFF' }}}}"
            ),
            "device_class": "running",
            "json_attributes_topic": topic,
            "json_attributes_template": f"{{{{ ({chosen}) | tojson }}}}",
        }
        if container.name in controlled:
            for verb in ("restart", "start", "stop"):
                found[f"{key}_{verb}"] = {
                    "p": "button",
                    "name": f"Container {container.name} {verb}",
                    "command_topic": controlled[container.name],
                    "payload_press": verb,
                    "qos": 1,
                    "entity_category": "config",
                } | ({"device_class": "restart"} if verb == "restart" else {})
    return found


def _of(group: str, key: str, field: str) -> str:
    """Pick a field of something that may vanish: `none` then, without a line in the log."""
    return f"{{{{ value_json.{group}.get({_quoted(key)}, {{}}).get('{field}') }}}}"


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_") or "root"
