"""What Home Assistant shows of the host, made from the payloads' models. Pure."""

from collections.abc import Iterable

from shared.discovery import Component, component, metrics
from shared.metric import Metric
from shared.payloads import Container, Disk, HostStats, Network

CONTAINER = "container:"
"""How the keys of containers' entities begin."""


def told_fields(stats: HostStats) -> frozenset[str]:
    """Return the fields that this host can tell: those that are not null."""
    return frozenset(field for field in metrics(HostStats) if getattr(stats, field) is not None)


def host_entities(
    fields: Iterable[str],
    cores: int,
    disks: Iterable[str],
    networks: Iterable[str],
    topic: str,
) -> dict[str, Component]:
    """Return the components of a host's readings, each of which picks its value out of `topic`.

    `fields` are those that the host can tell, `disks` are mount points, `networks` interfaces.
    """
    found = {}
    for field, metric in metrics(HostStats).items():
        if field == "cpu_core_percents":
            for core in range(cores):
                value = f"value_json.{field}[{core}] | default(none)"
                found[f"cpu_core_{core}_percent"] = component(
                    metric, topic, _template(metric, value), f"{metric.name} {core}"
                )
        elif field in fields:
            found[field] = component(metric, topic, _template(metric, f"value_json.{field}"))
    for mount in disks:
        for field, metric in metrics(Disk).items():
            found[f"disk:{mount}:{field}"] = component(
                metric,
                topic,
                _template(metric, _of("disks", mount, field)),
                f"Disk {mount} {metric.name}",
            )
    for name in networks:
        for field, metric in metrics(Network).items():
            found[f"network:{name}:{field}"] = component(
                metric,
                topic,
                _template(metric, _of("networks", name, field)),
                f"{name} {metric.name}",
            )
    return found


def event_entity(topic: str) -> dict[str, Component]:
    """Return the component that fires when something begins or ends on the host."""
    kinds = ("under_voltage", "throttled", "frequency_capped", "disk_full")
    return {
        "host_event": {
            "p": "event",
            "name": "Host event",
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
        key, shown = f"{CONTAINER}{container.name}", _quoted(container.name)
        chosen = f"value_json | selectattr('name', 'eq', {shown}) | list | first | default({{}})"
        found[key] = {
            "p": "binary_sensor",
            "name": f"Container {container.name}",
            "state_topic": topic,
            # one that is unhealthy runs all the same; its attributes tell
            "value_template": (
                f"{{{{ 'OFF' if ({chosen}).get('status', 'stopped') == 'stopped' else 'ON' }}}}"
            ),
            "device_class": "running",
            "json_attributes_topic": topic,
            # without its memory, which changes each minute and would be a row in the database
            "json_attributes_template": (
                f"{{{{ dict(({chosen}) | dictsort | rejectattr(0, 'eq', 'memory_bytes')) "
                "| tojson }}"
            ),
        }
        if container.name in controlled:
            for verb, icon in (("restart", None), ("start", "mdi:play"), ("stop", "mdi:stop")):
                found[f"{key}:{verb}"] = {
                    "p": "button",
                    "name": f"Container {container.name} {verb}",
                    "command_topic": controlled[container.name],
                    "payload_press": verb,
                    "qos": 1,
                    "entity_category": "config",
                } | ({"icon": icon} if icon else {"device_class": "restart"})
    return found


def _template(metric: Metric, value: str) -> str:
    """Return the template for an expression; null stays null, which shows as unknown."""
    if metric.scale == 1:
        return f"{{{{ {value} }}}}"
    scaled = f"(({value}) / {metric.scale}) | round({metric.precision})"
    return f"{{{{ none if ({value}) is none else {scaled} }}}}"


def _of(group: str, key: str, field: str) -> str:
    """Pick a field of something that may vanish: `none` then, without a line in the log."""
    return f"value_json.{group}.get({_quoted(key)}, {{}}).get('{field}')"


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
