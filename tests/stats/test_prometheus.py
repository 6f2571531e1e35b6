"""What Prometheus is told: parsed as strictly as its text format 0.0.4 is written."""

import re
from datetime import UTC, datetime

from msgspec.structs import replace

from stats.mock import mock_stats
from stats.prometheus import text

NOW = datetime(2026, 2, 17, tzinfo=UTC)
STATS = mock_stats(NOW, NOW, lambda: 0.5)

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"'
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? (-?[0-9.]+(?:e[+-]?[0-9]+)?)")
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def unescaped(label: str) -> str:
    meant = {"\\\\": "\\", '\\"': '"', "\\n": "\n"}
    return re.sub(r"\\.", lambda match: meant[match[0]], label)


def parsed(exposition: str) -> tuple[Samples, dict[str, str]]:
    """Return values by name and labels, and the type of each name; fail on any breach."""
    samples: Samples = {}
    types: dict[str, str] = {}
    helped: set[str] = set()
    current = ""
    assert exposition.endswith("\n")
    for line in exposition.removesuffix("\n").split("\n"):
        if line.startswith("# HELP "):
            name, meaning = line.removeprefix("# HELP ").split(" ", 1)
            assert name not in helped, f"{name} is explained twice"
            assert re.fullmatch(NAME, name)
            assert meaning.strip()
            helped.add(name)
        elif line.startswith("# TYPE "):
            current, kind = line.removeprefix("# TYPE ").split(" ")
            assert current in helped
            assert current not in types, f"{current} stands in two groups"
            assert kind in {"gauge", "counter"}
            types[current] = kind
        else:
            match = SAMPLE.fullmatch(line)
            assert match, line
            assert match[1] == current, "the lines of a metric stand together"
            labels = frozenset(
                (key, unescaped(value)) for key, value in re.findall(LABEL, match[2] or "")
            )
            assert (match[1], labels) not in samples, f"{line}: twice"
            samples[match[1], labels] = float(match[match.re.groups])
    assert helped == set(types) == {name for name, _ in samples}
    return samples, types


def value(samples: Samples, name: str, **labels: str) -> float:
    return samples["mantel_host_" + name, frozenset(labels.items())]


def test_values_are_told_in_base_units() -> None:
    samples, types = parsed(text(STATS))
    assert value(samples, "cpu_ratio") == 0.4
    assert value(samples, "cpu_core_ratio", core="3") == 0.4
    assert value(samples, "cpu_temperature_celsius") == 52.0
    assert value(samples, "memory_total_bytes") == 4 * 1024**3
    assert value(samples, "boot_timestamp_seconds") == STATS.booted_at.timestamp()
    assert value(samples, "disk_used_ratio", mount="/") == 0.375
    assert value(samples, "throttled_now") == 0
    assert value(samples, "mock") == 1
    received = value(samples, "interface_rx_bytes_total", interface="eth0")
    assert received == STATS.networks["eth0"].rx_bytes
    assert not [name for name, _ in samples if "percent" in name]
    for name, kind in types.items():
        assert (kind == "counter") == (name.endswith("_total")), name


def test_every_field_of_the_reading_is_told() -> None:
    """A field that is added to the payload is told without a change here."""
    samples, _ = parsed(text(STATS))
    scalars = set(STATS.__struct_fields__) - {"disks", "networks", "cpu_core_percents"}
    assert len({name for name, labels in samples if not labels}) == len(scalars)


def test_what_is_absent_is_left_out() -> None:
    """An absent value is not 0, and a metric without one has no lines at all."""
    poor = replace(
        STATS, cpu_percent=None, fan_rpm=None, throttled_now=None, networks={}, cpu_core_percents=[]
    )
    exposition = text(poor)
    samples, _ = parsed(exposition)
    assert "None" not in exposition
    for name in ("cpu_ratio", "fan_rpm", "throttled_now", "interface_", "cpu_core_ratio"):
        assert "mantel_host_" + name not in exposition
    assert value(samples, "throttled_since_boot") == 0


def test_label_values_are_escaped() -> None:
    """A stick's label may hold anything but a slash and NUL."""
    mount = '/media/"C:\\new"\nline'
    samples, _ = parsed(text(replace(STATS, disks={mount: STATS.disks["/"]})))
    assert value(samples, "disk_used_ratio", mount=mount) == 0.375
