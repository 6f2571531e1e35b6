"""What Home Assistant shows of the host."""

from datetime import UTC, datetime

from msgspec.structs import replace

from shared.payloads import Container
from stats.entities import container_entities, event_entity, host_entities, told_fields
from stats.mock import mock_stats

NOW = datetime(2026, 2, 17, tzinfo=UTC)
STATS = mock_stats(NOW, NOW, lambda: 0.5)


def test_every_metric_of_the_host_is_an_entity() -> None:
    """Fields, cores, disks and interfaces; each picks its value out of the one state topic."""
    found = host_entities(STATS, told_fields(STATS), "t")
    assert found["cpu_percent"]["value_template"] == "{{ value_json.cpu_percent }}"
    assert found["cpu_core_3_percent"]["name"] == "CPU core 3"
    assert found["disk_root_used_percent"]["name"] == "Disk / used share"
    assert found["network_eth0_rx_bytes_per_second"]["device_class"] == "data_rate"
    assert found["under_voltage_now"]["p"] == "binary_sensor"
    assert found["booted_at"]["device_class"] == "timestamp"
    assert {entity["state_topic"] for entity in found.values()} == {"t"}
    names = [entity["name"] for entity in found.values()]
    assert len(set(names)) == len(names)


def test_what_the_host_cannot_tell_has_no_entity() -> None:
    """A machine without a fan shows no fan."""
    poor = replace(STATS, fan_rpm=None, networks={})
    found = host_entities(poor, told_fields(poor), "t")
    assert "fan_rpm" not in found
    assert not [key for key in found if key.startswith("network_eth0")]


def test_containers_and_their_buttons() -> None:
    """Buttons only for those that may be controlled; odd names do not break the template."""
    odd = Container(name="it's (ny)", status="running", health=None, image=None, since_at=None)
    found = container_entities([odd], "t", {})
    assert list(found) == ["container_it_s_ny"]
    assert r"'it\'s (ny)'" in found["container_it_s_ny"]["value_template"]
    found = container_entities([odd], "t", {"it's (ny)": "x/set"})
    button = found["container_it_s_ny_restart"]
    assert (button["command_topic"], button["payload_press"]) == ("x/set", "restart")


def test_the_event_entity_knows_every_event() -> None:
    """An unknown one would be a warning in Home Assistant's log."""
    kinds = event_entity("t")["host_event"]["event_types"]
    assert "disk_full_began" in kinds
    assert len(kinds) == 8
