"""What is told of one reading after the other."""

import asyncio
import logging
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from shared.discovery import Component
from shared.fake_broker import FakeBroker
from shared.mqtt import Mqtt
from shared.payloads import HostStats
from shared.settings import Settings
from shared.testing import TIMEOUT_SECONDS
from stats.counters import Counters
from stats.entity_list import EntityList
from stats.mock import mock_stats
from stats.readings import Told, publish_readings
from stats.sampling import Sample

NOW = datetime(2026, 2, 17, tzinfo=UTC)
STATS = mock_stats(NOW, NOW, lambda: 0.5)


class Announced:
    """Stands for the connection: remembers what was announced and published."""

    def __init__(self) -> None:
        self.mqtt = Mqtt(Settings(mantel_node="pi"), "stats", connect=FakeBroker().client)
        self.entities: list[set[str]] = []
        self.undecided: list[tuple[str, ...]] = []
        self.mqtt.announce = self._announce  # type: ignore[method-assign]

    def _announce(self, components: dict[str, Component], undecided: tuple[str, ...] = ()) -> None:
        self.entities.append(set(components))
        self.undecided.append(undecided)


async def test_a_sensor_that_fails_keeps_its_entity() -> None:
    """Its value is null meanwhile; deleting it would delete what the user made of it."""
    announced = Announced()
    told = Told(announced.mqtt, EntityList(announced.mqtt))
    told.publish(STATS)
    assert "fan_rpm" in announced.entities[0]
    told.publish(replace(STATS, fan_rpm=None, cpu_temperature_celsius=None))
    assert len(announced.entities) == 1, "nothing changed for Home Assistant"


async def test_a_disk_that_comes_and_goes_keeps_its_entities() -> None:
    """As does a tunnel that goes up and down all day."""
    announced = Announced()
    told = Told(announced.mqtt, EntityList(announced.mqtt))
    told.publish(STATS)
    told.publish(replace(STATS, disks={**STATS.disks, "/mnt/stick": STATS.disks["/"]}))
    told.publish(STATS)
    assert len(announced.entities) == 2
    assert announced.entities[1] - announced.entities[0] == {
        f"disk:/mnt/stick:{field}"
        for field in ("total_bytes", "used_bytes", "free_bytes", "used_percent")
    }


async def test_containers_stay_undecided_until_they_are_known() -> None:
    """To take back those of an earlier life would cost what the user made of them."""
    announced = Announced()
    entities = EntityList(announced.mqtt)
    Told(announced.mqtt, entities).publish(STATS)
    assert announced.undecided == [("container:",)]
    entities.replace_containers({})
    assert announced.undecided[-1] == ()
    entities.replace_containers({"container:a": {"p": "binary_sensor"}})
    assert "container:a" in announced.entities[-1]
    assert len(announced.entities) == 3


async def test_edges_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    """For the operator, as a warning when it begins and as information when it ends."""
    caplog.set_level(logging.INFO, "stats")
    announced = Announced()
    told = Told(announced.mqtt, EntityList(announced.mqtt))
    told.publish(replace(STATS, under_voltage_now=True))
    told.publish(STATS)
    assert [(r.levelname, r.message) for r in caplog.records] == [
        ("WARNING", "host: under voltage began"),
        ("INFO", "host: under voltage ended"),
    ]


class Failing(Counters):
    """This machine, of which at times something cannot be read."""

    def __init__(self) -> None:
        super().__init__("", "/sys")
        self.looks = self.samples = 0

    def look(self) -> None:
        """Read, but for the second time."""
        self.looks += 1
        if self.looks == 2:
            raise OSError("no disk")
        super().look()

    def sample(self) -> Sample:
        """Read, but for the third time."""
        self.samples += 1
        if self.samples == 3:
            raise ValueError("no memory")
        return super().sample()


async def test_what_cannot_be_read_is_left_out(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It costs one line each, and the next reading is taken, and the next look."""
    monkeypatch.setattr("stats.readings._LOOK_SECONDS", 0.05)
    caplog.set_level(logging.INFO, "stats")
    host, announced = Failing(), Announced()
    taken: list[HostStats] = []
    readings = asyncio.create_task(
        publish_readings(announced.mqtt, EntityList(announced.mqtt), host, 0.05, taken.append)
    )
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while len(taken) < 3 or host.looks < 4:
            await asyncio.sleep(0.01)
    readings.cancel()
    await asyncio.wait([readings])
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == [
        "disks and sensors: not read: no disk",
        "reading: left out: no memory",
    ]
    assert all(stats.disks for stats in taken)


class Unreadable(Failing):
    """A machine of which nothing can be read at first."""

    def look(self) -> None:
        """Fail the first time."""
        self.looks += 1
        if self.looks == 1:
            raise NotImplementedError("no file")
        Counters.look(self)

    def sample(self) -> Sample:
        """Fail the first two times."""
        self.samples += 1
        if self.samples <= 2:
            raise IndexError("no field")
        return Counters.sample(self)


async def test_a_start_at_which_nothing_can_be_read(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Is told, and readings come as soon as they can."""
    monkeypatch.setattr("stats.readings._LOOK_SECONDS", 0.05)
    announced = Announced()
    taken: list[HostStats] = []
    readings = asyncio.create_task(
        publish_readings(
            announced.mqtt, EntityList(announced.mqtt), Unreadable(), 0.05, taken.append
        )
    )
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while not readings.done() and (not taken or not taken[-1].disks):
            await asyncio.sleep(0.01)
    readings.cancel()
    await asyncio.wait([readings])
    assert readings.cancelled()
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == [
        "disks and sensors: not read: no file",
        "reading: left out: no field",
    ]


async def test_names_that_never_come_back_are_forgotten() -> None:
    """Some machines give each guest an interface of another name, for years."""
    announced = Announced()
    told = Told(announced.mqtt, EntityList(announced.mqtt))
    network = next(iter(STATS.networks.values()))
    for number in range(50):
        told.publish(replace(STATS, networks={"eth0": network, f"tap{number}": network}))
    shown = {key.split(":")[1] for key in announced.entities[-1] if key.startswith("network:")}
    assert shown == {"eth0", *(f"tap{number}" for number in range(35, 50))}
