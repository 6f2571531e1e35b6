"""What Home Assistant shows of the host."""

import json
from datetime import UTC, datetime

import jinja2
import msgspec
import pytest
from msgspec.structs import replace

from shared.discovery import Component
from shared.payloads import Container, ContainerStatus, HostStats
from stats.entities import container_entities, event_entity, host_entities, told_fields
from stats.mock import mock_stats

NOW = datetime(2026, 2, 17, tzinfo=UTC)
STATS = mock_stats(NOW, NOW, lambda: 0.5)


def entities(stats: HostStats) -> dict[str, Component]:
    cores = len(stats.cpu_core_percents)
    return host_entities(told_fields(stats), cores, stats.disks, stats.networks, "t")


def test_every_metric_of_the_host_is_an_entity() -> None:
    """Fields, cores, disks and interfaces; each picks its value out of the one state topic."""
    found = entities(STATS)
    assert found["cpu_percent"]["value_template"] == "{{ value_json.cpu_percent }}"
    assert found["cpu_core_3_percent"]["name"] == "CPU core 3"
    assert found["disk:/:used_percent"]["name"] == "Disk / usage"
    assert found["network:eth0:rx_bytes_per_second"]["device_class"] == "data_rate"
    assert found["under_voltage_now"]["p"] == "binary_sensor"
    assert found["booted_at"]["device_class"] == "timestamp"
    assert {entity["state_topic"] for entity in found.values()} == {"t"}
    names = [entity["name"] for entity in found.values()]
    assert len(set(names)) == len(names)


def rendered(template: str, payload: object) -> str:
    return jinja2.Environment(autoescape=False).from_string(template).render(value_json=payload)  # noqa: S701


def test_templates_give_the_value_in_the_unit_that_is_shown() -> None:
    """As Home Assistant renders them; null and what is missing are None, without an error."""
    payload = msgspec.to_builtins(STATS)
    found = entities(STATS)

    def shown(key: str, payload: object) -> str:
        return rendered(found[key]["value_template"], payload)

    assert shown("cpu_percent", payload) == str(STATS.cpu_percent)
    assert shown("memory_used_bytes", payload) == str(round(STATS.memory_used_bytes / 2**20, 0))
    assert shown("disk:/:total_bytes", payload) == "32.0"
    assert shown("cpu_frequency_hertz", payload) == "1500.0"
    assert shown("disk_read_bytes_per_second", payload) == "50.0"
    assert shown("under_voltage_now", payload) == "False"
    poor = payload | {"cpu_frequency_hertz": None, "disks": {}, "cpu_core_percents": []}
    for key in ("cpu_frequency_hertz", "disk:/:total_bytes", "cpu_core_0_percent"):
        assert shown(key, poor) == "None"


def test_what_the_host_cannot_tell_has_no_entity() -> None:
    """A machine without a fan shows no fan."""
    found = entities(replace(STATS, fan_rpm=None, networks={}))
    assert "fan_rpm" not in found
    assert not [key for key in found if key.startswith("network:")]


def container(name: str, status: ContainerStatus) -> Container:
    return Container(name=name, status=status, health=None, image=None, since_at=None)


def test_containers_and_their_buttons() -> None:
    """Buttons only for those that may be controlled; odd names are told apart."""
    odd = [container(name, "running") for name in ("it's (ny)", "Музыка", "Фото", "a-b", "a_b")]
    found = container_entities(odd, "t", {})
    assert len(found) == 5
    found = container_entities(odd, "t", {"Фото": "x/set"})
    button = found["container:Фото:restart"]
    assert (button["command_topic"], button["payload_press"]) == ("x/set", "restart")
    assert len(found) == 8


@pytest.mark.parametrize(
    ("status", "state"), [("running", "ON"), ("warning", "ON"), ("stopped", "OFF")]
)
def test_a_containers_state_and_attributes(status: ContainerStatus, state: str) -> None:
    """By its own name among others; one that has gone is off."""
    one = container("it's (ny)", status)
    entity = container_entities([one], "t", {})["container:it's (ny)"]
    told = [msgspec.to_builtins(each) for each in (container("other", "stopped"), one)]
    assert rendered(entity["value_template"], told) == state
    assert rendered(entity["value_template"], []) == "OFF"
    attributes = json.loads(rendered(entity["json_attributes_template"], told))
    assert attributes["status"] == status
    assert "memory_bytes" not in attributes
    assert rendered(entity["json_attributes_template"], []) == "{}"


def test_the_event_entity_knows_every_event() -> None:
    """An unknown one would be a warning in Home Assistant's log."""
    kinds = event_entity("t")["host_event"]["event_types"]
    assert "disk_full_began" in kinds
    assert len(kinds) == 8
