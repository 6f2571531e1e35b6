"""A reading as Prometheus takes it, in the text format 0.0.4. Pure.

Names and units follow the fields of the payload, in Prometheus' base units: a percentage is a
ratio, a time is seconds since 1970, a counter ends in `_total`.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any, get_args, get_type_hints

import msgspec

from shared.payloads import Disk, HostStats, Network

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_PREFIX = "mantel_host_"
_GROUPS: dict[str, tuple[str, str, type[msgspec.Struct]]] = {
    # an interface's rate must not meet the sum of all interfaces under one name
    "disks": ("disk_", "mount", Disk),
    "networks": ("interface_", "interface", Network),
}
_CORES = "cpu_core_percents"
_RENAMED = {"at": "read_timestamp_seconds", "booted_at": "boot_timestamp_seconds"}

Labels = dict[str, str]


def text(stats: HostStats) -> str:
    """Return the reading, one line a value; what the host cannot tell is left out."""
    lines: list[str] = []
    for field, (meaning, _) in _fields(HostStats).items():
        value = getattr(stats, field)
        if field in _GROUPS:
            prefix, label, model = _GROUPS[field]
            for part, (about, is_counter) in _fields(model).items():
                samples = [({label: key}, getattr(item, part)) for key, item in value.items()]
                about = f"{field.capitalize()}: {about.partition(': ')[2]}"
                lines += _family(prefix + part, about, samples, is_counter)
        elif field == _CORES:
            cores = [({"core": str(number)}, share) for number, share in enumerate(value)]
            lines += _family("cpu_core_percent", meaning, cores)
        else:
            lines += _family(field, meaning, [({}, value)])
    return "".join(line + "\n" for line in lines)


@cache
def _fields(model: type[msgspec.Struct]) -> dict[str, tuple[str, bool]]:
    """Return the meaning of each field, and whether it only ever grows."""
    fields = {}
    for field, annotated in get_type_hints(model, include_extras=True).items():
        metas = [meta for meta in get_args(annotated)[1:] if isinstance(meta, msgspec.Meta)]
        meaning = next((meta.description for meta in metas if meta.description), field)
        metric = next((meta.extra["metric"] for meta in metas if meta.extra), None)
        if metric is None:
            fields[field] = meaning, False
        else:
            # "The same for each core" says little where no line stands above it
            fields[field] = f"{metric.name}: {meaning}", metric.state_class == "total_increasing"
    return fields


def _family(
    field: str, meaning: str, samples: list[tuple[Labels, Any]], is_counter: bool = False
) -> Iterator[str]:
    """Yield the lines of one metric; none when it has no value."""
    samples = [(labels, value) for labels, value in samples if value is not None]
    if not samples:
        return
    name = _PREFIX + _RENAMED.get(field, field)
    if field.endswith("_percent"):
        name = name.removesuffix("_percent") + "_ratio"
        samples = [(labels, round(value / 100, 6)) for labels, value in samples]
    if is_counter:
        name += "_total"
    yield f"# HELP {name} {_escaped(meaning)}"
    yield f"# TYPE {name} {'counter' if is_counter else 'gauge'}"
    for labels, value in samples:
        told = ",".join(f'{key}="{_quoted(label)}"' for key, label in labels.items())
        yield f"{name}{{{told}}} {_number(value)}" if told else f"{name} {_number(value)}"


def _number(value: float | datetime) -> str:
    """Return a number as Go's parser reads it; true is 1."""
    if isinstance(value, datetime):
        return repr(value.timestamp())
    return repr(int(value) if isinstance(value, bool) else value)


def _escaped(meaning: str) -> str:
    return meaning.replace("\\", "\\\\").replace("\n", "\\n")


def _quoted(label: str) -> str:
    return _escaped(label).replace('"', '\\"')
