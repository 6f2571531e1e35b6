"""What is told of one reading after the other."""

import logging
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from shared.fake_broker import FakeBroker
from shared.mqtt import Mqtt
from shared.settings import Settings
from stats.entity_list import EntityList
from stats.mock import mock_stats
from stats.readings import Told

NOW = datetime(2026, 2, 17, tzinfo=UTC)
STATS = mock_stats(NOW, NOW, lambda: 0.5)


class Announced:
    """Stands for the connection: remembers what was announced and published."""

    def __init__(self) -> None:
        self.mqtt = Mqtt(Settings(mantel_node="pi"), "stats", connect=FakeBroker().client)
        self.entities: list[set[str]] = []
        self.mqtt.announce = lambda components: self.entities.append(set(components))  # type: ignore[method-assign]


async def test_a_sensor_that_fails_keeps_its_entity() -> None:
    """Its value is null meanwhile; deleting it would delete what the user made of it."""
    announced = Announced()
    told = Told(announced.mqtt, EntityList(announced.mqtt, ("host",)))
    told.publish(STATS)
    assert "fan_rpm" in announced.entities[0]
    told.publish(replace(STATS, fan_rpm=None, cpu_temperature_celsius=None))
    assert len(announced.entities) == 1, "nothing changed for Home Assistant"


async def test_a_disk_that_has_gone_loses_its_entities() -> None:
    """They are announced no more, which takes them back."""
    announced = Announced()
    told = Told(announced.mqtt, EntityList(announced.mqtt, ("host",)))
    stick = {**STATS.disks, "/mnt/stick": STATS.disks["/"]}
    told.publish(replace(STATS, disks=stick))
    told.publish(STATS)
    gone = announced.entities[0] - announced.entities[1]
    assert {key for key in gone if "stick" in key} == gone != set()


async def test_nothing_is_announced_with_one_part_missing() -> None:
    """Half an announcement would take back the other half of an earlier life."""
    announced = Announced()
    entities = EntityList(announced.mqtt, ("host", "containers"))
    Told(announced.mqtt, entities).publish(STATS)
    assert announced.entities == []
    entities.replace("containers", {})
    assert len(announced.entities) == 1


async def test_edges_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    """For the operator, as a warning when it begins and as information when it ends."""
    caplog.set_level(logging.INFO, "stats")
    announced = Announced()
    told = Told(announced.mqtt, EntityList(announced.mqtt, ("host",)))
    told.publish(replace(STATS, under_voltage_now=True))
    told.publish(STATS)
    assert [(r.levelname, r.message) for r in caplog.records] == [
        ("WARNING", "host: under voltage began"),
        ("INFO", "host: under voltage ended"),
    ]
