"""What Home Assistant is told, and how it is taken back."""

import json

from shared import discovery
from shared.metric import Metric
from shared.payloads import HostStats


def payload(**components: discovery.Component) -> bytes:
    return discovery.config(
        root="mantel", node="pi", service="stats", version="1",
        availability_topic="mantel/service/pi/stats/availability", components=components,
    )  # fmt: skip


def test_the_payload_has_what_home_assistant_demands() -> None:
    """Device, origin, availability; each component with platform, name and an id of its own."""
    entity = discovery.component(Metric("CPU", "%", precision=1), "t", "{{ value_json.a }}")
    told = json.loads(payload(cpu=entity))
    assert told["dev"]["ids"] == ["mantel_pi"]
    assert told["o"]["name"]
    assert told["availability"] == [{"topic": "mantel/service/pi/stats/availability"}]
    assert set(told) == {"dev", "o", "availability", "cmps"}
    cpu = told["cmps"]["cpu"]
    assert cpu["unique_id"] == "mantel_pi_stats_cpu"
    assert cpu["p"] == "sensor"
    assert cpu["unit_of_measurement"] == "%"
    assert "device_class" not in cpu, "an empty value is wrong, a missing one is none"
    assert told["cmps"]["connectivity"]["availability"] == [], "off while all others are gone"


def test_what_has_gone_is_taken_back_by_its_platform_alone() -> None:
    """Leaving it out does nothing; a component of another platform has gone too."""
    before = discovery.announced(
        payload(disk={"p": "sensor"}, fan={"p": "sensor"}, cpu={"p": "sensor"})
    )
    now: dict[str, discovery.Component] = {"fan": {"p": "binary_sensor"}, "cpu": {"p": "sensor"}}
    gone = discovery.gone(before, now)
    assert set(gone) == {"disk", "fan"}
    farewell = json.loads(
        discovery.config(
            root="mantel", node="pi", service="stats", version="1",
            availability_topic="a", components=now, removed=gone,
        )
    )["cmps"]  # fmt: skip
    assert farewell["disk"] == {"p": "sensor"}
    assert farewell["fan"] == {"p": "sensor"}
    assert farewell["cpu"]["unique_id"] == "mantel_pi_stats_cpu"
    assert discovery.gone(now, now) == {}


def test_one_message_holds_what_fits() -> None:
    """The first ones, always the same; and the broker takes it with all that has gone."""
    entities: dict[str, discovery.Component] = {
        f"display:{'ä' * 64}-{number}:mode": {"p": "select", "name": "x" * 500}
        for number in range(3000)
    }
    owner = discovery.own_ids("mantel", "n" * 64, "media")
    fitting = discovery.fitting(entities, owner)
    assert list(fitting) == list(entities)[: len(fitting)]
    assert 800 < len(fitting) < 1000
    assert discovery.fitting(fitting, owner) == fitting
    gone = dict(list(entities.items())[-len(fitting) :])
    told = discovery.config(
        root="mantel",
        node="n" * 64,
        service="media",
        version="1",
        availability_topic="a",
        components=fitting,
        removed=gone,
    )
    assert discovery.MOST_BYTES < len(told) < 1_048_000


def test_a_broken_earlier_payload_is_no_ground_to_fail() -> None:
    """Whatever the broker kept."""
    for broken in (b"", b"{", b"[]", b'{"cmps": 1}', b'{"cmps": {"a": 1}}', b"\xff", b"[" * 5000):
        assert discovery.announced(broken) == {}


UNITS: dict[str | None, set[str | None]] = {
    None: {None, "%", "rpm"},
    "temperature": {"°C"},
    "data_size": {"MiB", "GiB"},
    "data_rate": {"kB/s"},
    "frequency": {"MHz"},
    "voltage": {"V"},
    "timestamp": {None},
    "problem": {None},
}
"""What Home Assistant takes together, of the classes that are used here."""


def test_every_metric_has_a_unit_that_fits_its_class() -> None:
    """A wrong pair costs the entity."""
    for field, metric in discovery.metrics(HostStats).items():
        assert metric.unit in UNITS[metric.device_class], field
        if metric.device_class in {"timestamp", "problem"}:
            assert metric.state_class is None, field
