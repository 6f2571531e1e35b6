"""All sources as one, on a real broker: what a dashboard gets."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from media.database import Database
from media.source.facts import Snapshot
from media.source.sources import Sources
from media.source.store import SourceStore
from shared.mqtt import Mqtt
from shared.settings import Settings
from shared.testing import TIMEOUT_SECONDS, Broker, Client
from tests.media.source.provider import calendar

pytestmark = pytest.mark.broker

NOW = datetime.now(UTC).replace(second=30, microsecond=0)
STATS = {
    "mock": False, "cpu_core_percents": [1], "load_1_minute": 0.5, "memory_total_bytes": 8,
    "memory_used_bytes": 4, "memory_percent": 50.0, "swap_total_bytes": 2, "swap_used_bytes": 1,
    "network_rx_bytes_per_second": 7.0, "uptime_seconds": 60.0, "new_field": {"of": "later"},
    "disks": {"/": {"total_bytes": 10, "used_bytes": 5, "free_bytes": 5, "used_percent": 50.0}},
}  # fmt: skip


class House:
    """A broker, a folder, and media's user there."""

    def __init__(self, broker: Broker, folder: Path) -> None:
        self.broker = broker
        self.folder = folder
        self.file = folder / "sources.toml"
        self.now = NOW

    @asynccontextmanager
    async def sources(self) -> AsyncIterator[Sources]:
        """Run the sources, once more with what was kept."""
        settings = Settings(
            mantel_node="pi",
            mqtt_host=self.broker.host,
            mqtt_port=self.broker.port,
            mqtt_username="media",
            mqtt_password=self.broker.password("media"),
        )
        async with Mqtt(settings, "media") as mqtt:
            sources = Sources(
                mqtt,
                path=self.file,
                store=SourceStore(Database(self.folder / "media.sqlite")),
                node="pi",
                timezone="Europe/Brussels",
                zone=ZoneInfo("Europe/Brussels"),
                clock=lambda: self.now,
            )
            running = asyncio.create_task(sources.run())
            try:
                await until(lambda: mqtt.connected)
                yield sources
            finally:
                running.cancel()
                await asyncio.wait([running])

    async def say(self, user: str, topic: str, payload: Any, *, retain: bool = True) -> None:
        def publish() -> None:
            with Client(self.broker, user) as client:
                text = payload if isinstance(payload, str) else json.dumps(payload)
                client.publish(topic, text, retain=retain)

        await asyncio.to_thread(publish)

    async def reading(self, at: datetime, cpu: float) -> None:
        payload = STATS | {"at": at.isoformat(), "cpu_percent": cpu}
        await self.say("stats", "mantel/host/pi/stats", payload)


async def until(check: Callable[[], object]) -> None:
    async with asyncio.timeout(6 * TIMEOUT_SECONDS):
        while not check():
            await asyncio.sleep(0.02)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    (tmp_path / "broker").mkdir()
    with Broker(tmp_path / "broker") as broker:
        yield House(broker, tmp_path)


async def test_without_a_file_there_is_the_next_alarm_alone(house: House) -> None:
    """With its name; and nothing more when its moment is over, or there is none."""
    at = NOW + timedelta(hours=8)
    await house.say("alarms", "mantel/alarm/wake/config", {"id": "wake", "name": "Wake up"})
    await house.say("alarms", "mantel/alarm/next", {"id": "wake", "at": at.isoformat()})
    async with house.sources() as sources:
        await until(lambda: sources.snapshot().alarm)
        alarm = sources.snapshot().alarm
        assert alarm is not None
        await until(lambda: getattr(sources.snapshot().alarm, "name", "") == "Wake up")
        assert (alarm.at, str(alarm.at.tzinfo)) == (at, "Europe/Brussels")
        assert sources.snapshot(at + timedelta(minutes=2)) == Snapshot(
            at=(at + timedelta(minutes=2)).astimezone(ZoneInfo("Europe/Brussels"))
        )
        await house.say("alarms", "mantel/alarm/next", "null")
        await until(lambda: sources.snapshot().alarm is None)


async def test_host_containers_and_the_minutes_of_an_earlier_life(house: House) -> None:
    """Some of a reading is shown; once a minute that is news."""
    house.file.write_text("[host]\n")
    container = {"name": "web", "status": "running", "health": None, "image": "x", "since_at": None}
    minute = timedelta(minutes=1)
    async with house.sources() as sources:
        changed = sources.watch()
        await until(lambda: sources.snapshot().host)
        empty = sources.snapshot().host
        assert empty is not None
        assert (empty.value, empty.age.freshness) == (None, "empty")
        await house.reading(NOW - minute, 10)
        await until(lambda: (block := sources.snapshot().host) and block.value)
        assert changed.is_set()
        await house.say("stats", "mantel/host/pi/containers", [container])
        await until(lambda: (b := sources.snapshot().host) and b.value and b.value.containers)
        await house.say("stats", "mantel/host/other/stats", {"at": "x"})
        changed.clear()
        await house.reading(NOW - minute + timedelta(seconds=2), 30)
        await house.say("stats", "mantel/host/pi/stats", "no reading")
        await house.reading(NOW - minute + timedelta(seconds=4), 50)
        await until(lambda: _reading(sources).cpu_percent == 50)
        assert not changed.is_set()
    async with house.sources() as sources:
        await house.reading(NOW, 1)
        await until(lambda: (b := sources.snapshot().host) and b.value and _reading(sources))
        await until(lambda: _reading(sources).cpu_percent == 1)
        block = sources.snapshot().host
        assert block is not None
        assert block.value is not None
        host = block.value
        assert [each.cpu_percent for each in host.minutes[-2:]] == [None, 30]
        assert (host.reading.rx_bytes_per_second, host.reading.disks[0].mount) == (7.0, "/")
        late = sources.snapshot(NOW + timedelta(minutes=3)).host
        assert late is not None
        assert late.age.freshness == "aged"
        gone = sources.snapshot(NOW + timedelta(minutes=61)).host
        assert gone is not None
        assert gone.value is None


def _reading(sources: Sources) -> Any:
    block = sources.snapshot().host
    assert block is not None
    assert block.value is not None
    return block.value.reading


async def test_a_host_that_a_dashboard_wants(house: House) -> None:
    """Though no file names it."""
    await house.reading(NOW, 3)
    async with house.sources() as sources:
        assert sources.snapshot().host is None
        sources.use_host()
        await until(lambda: (block := sources.snapshot().host) and block.value)


async def test_values_are_followed_as_the_file_says(house: House) -> None:
    """A new path into a topic that is heard already counts at once; what is gone is gone."""
    head = '[[topic]]\nname = "Room"\ntopic = "mantel/value/sensor/room/state"\n'
    house.file.write_text(head + 'path = "a"\nstale_minutes = 10\n')
    await house.say("homeassistant", "mantel/value/sensor/room/state", {"a": 1, "b": 2})
    async with house.sources() as sources:
        await until(lambda: sources.snapshot().values.get("Room"))
        await until(lambda: sources.snapshot().values["Room"].text == "1")
        later = sources.snapshot(NOW + timedelta(minutes=11)).values["Room"]
        assert (later.text, later.age.freshness) == ("1", "aged")
        house.file.write_text(head + 'path = "b"\nunit = "lx"\n')
        await until(lambda: sources.snapshot().values["Room"].text == "2 lx")
        assert sources.snapshot(NOW + timedelta(days=300)).values["Room"].age.freshness == "fresh"
        house.file.unlink()
        await until(lambda: not sources.snapshot().values)


async def test_what_media_may_not_read_never_comes(house: House) -> None:
    """A wall is no place for a secret, whatever a file says."""
    house.file.write_text(
        '[[topic]]\nname = "secret"\ntopic = "mantel/hub/login"\n'
        '[[topic]]\nname = "open"\ntopic = "mantel/value/a/b/c"\n'
    )
    await house.say("tester", "mantel/hub/login", "hash")
    await house.say("tester", "mantel/value/a/b/c", "hello")
    async with house.sources() as sources:
        await until(lambda: sources.snapshot().values.get("open"))
        await until(lambda: sources.snapshot().values["open"].text == "hello")
        assert sources.snapshot().values["secret"].text == "-"


async def test_a_calendar_and_its_age(house: House) -> None:
    """Got at the start, again after its interval, and old when it is gone."""
    file = house.folder / "a.ics"
    file.write_bytes(
        calendar(f"UID:1\nSUMMARY:Tea\nDTSTART:{NOW + timedelta(hours=8):%Y%m%dT%H%M00Z}")
    )
    house.file.write_text(f'[[calendar]]\nname = "a"\nurl = "{file}"\ninterval_minutes = 60\n')
    async with house.sources() as sources:
        changed = sources.watch()
        await until(lambda: (block := sources.snapshot().agenda) and block.value)
        await until(changed.is_set)
        block = sources.snapshot().agenda
        assert block is not None
        assert block.value is not None
        assert [event.title for event in block.value.events] == ["Tea"]
        file.unlink()
        house.now += timedelta(hours=7)
        await until(lambda: sources.listed()[0]["failures"])
        block = sources.snapshot().agenda
        assert block is not None
        assert block.value is not None
        assert (block.age.freshness, block.age.hours) == ("old", 7)
        assert block.age.error == "cannot be read (No such file or directory)"
    house.file.write_text("")
    async with house.sources() as sources:
        await until(lambda: sources.snapshot().agenda is None)
