"""Who is asked, when, and what is done with the answers; the answers come from the test."""

import asyncio
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from media.database import Database
from media.source.facts import NewsItem
from media.source.fetching import PREFIX, Fetching
from media.source.job import Job, Outcome
from media.source.store import SourceStore
from shared.source_list import NewsSource, WeatherSource
from shared.testing import TIMEOUT_SECONDS

NOW = datetime(2026, 7, 8, 10, tzinfo=UTC)
ITEMS = (NewsItem(title="a", summary="", source="x"),)
NEW = Outcome(status="new", value=msgspec.Raw(msgspec.json.encode(ITEMS)))
ONE, TWO = NewsSource(name="one", url="http://x"), NewsSource(name="two", url="http://y")


class Desk:
    """Asks by `jobs`, and is answered by `answer`."""

    def __init__(self, path: Path) -> None:
        self.now = NOW
        self.jobs: list[Job] = []
        self.outcome = NEW
        self.changes = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.store = SourceStore(Database(path / "media.sqlite"))
        self.fetching = Fetching(self.store, "", lambda: self.now, self._change, get=self._get)

    def _change(self) -> None:
        self.changes += 1

    async def _get(self, job: Job) -> Outcome:
        self.jobs.append(job)
        await self.gate.wait()
        return self.outcome


async def until(check: Callable[[], object]) -> None:
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while not check():
            await asyncio.sleep(0.01)


@pytest.fixture
async def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


async def test_each_is_asked_and_one_at_a_time(desk: Desk) -> None:
    """Who is wanted at once comes first."""
    desk.gate.clear()
    desk.fetching.set((ONE, TWO), {})
    running = asyncio.create_task(desk.fetching.run())
    await until(lambda: desk.jobs)
    three = NewsSource(name="three", url="http://z")
    desk.fetching.set((ONE, TWO, three), {})
    desk.fetching.refresh("three")
    await asyncio.sleep(0)
    assert len(desk.jobs) == 1
    desk.gate.set()
    await until(lambda: len(desk.jobs) == 3)
    assert [job.name for job in desk.jobs] == ["one", "three", "two"]
    await until(lambda: desk.changes == 3)
    assert all(each.kept.had_at for each in desk.fetching.known.values())
    assert desk.fetching.refresh("four") is None
    running.cancel()


async def test_the_same_answer_is_no_change(desk: Desk) -> None:
    desk.fetching.set((ONE,), {})
    running = asyncio.create_task(desk.fetching.run())
    await until(lambda: desk.changes == 1)
    desk.fetching.refresh("one")
    await until(lambda: len(desk.jobs) == 2 and not desk.fetching.known["one"].refreshing)
    assert desk.changes == 1
    running.cancel()


async def test_what_is_kept_is_known_again_and_asked_when_it_is_due(desk: Desk) -> None:
    """Not at each start: one that ends again and again would ask without end."""
    desk.fetching.set((ONE,), {})
    running = asyncio.create_task(desk.fetching.run())
    await until(lambda: desk.changes)
    running.cancel()
    await asyncio.wait([running])
    kept = await desk.store.read()
    desk.fetching.set((), {})
    desk.fetching.set((ONE, TWO), kept)
    assert desk.fetching.known["one"].value == ITEMS
    running = asyncio.create_task(desk.fetching.run())
    await until(lambda: desk.changes == 2)
    assert [job.name for job in desk.jobs] == ["one", "two"]
    desk.now += timedelta(hours=2)
    desk.fetching.set((ONE,), kept)
    await until(lambda: len(desk.jobs) == 3)
    running.cancel()


async def test_what_is_kept_of_another_address_or_version_is_not_known(desk: Desk) -> None:
    desk.fetching.set((ONE,), {})
    running = asyncio.create_task(desk.fetching.run())
    await until(lambda: desk.changes)
    running.cancel()
    other = NewsSource(name="one", url="http://other")
    for source, kept in ((other, await desk.store.read()), (ONE, {PREFIX + "one": b"{}"})):
        desk.fetching.set((), {})
        desk.fetching.set((source,), kept)
        assert desk.fetching.known["one"].value is None


async def test_an_answer_of_another_kind_is_an_error(desk: Desk) -> None:
    """And nothing ends."""
    desk.outcome = Outcome(status="new", value=msgspec.Raw(b'[{"title": null}]'))
    desk.fetching.set((ONE,), {})
    running = asyncio.create_task(desk.fetching.run())
    await until(lambda: desk.fetching.known["one"].kept.failures)
    assert "has no place" in str(desk.fetching.known["one"].kept.error)
    assert not running.done()
    running.cancel()


async def test_another_key_is_tried_at_once(desk: Desk) -> None:
    """Though the one before was refused for an hour; what was known stays."""
    place = WeatherSource(latitude=1, longitude=2, provider="openweathermap", key="a")
    desk.outcome = Outcome(status="error", error="401", lasting=True)
    desk.fetching.set((place,), {})
    running = asyncio.create_task(desk.fetching.run())
    await until(lambda: desk.fetching.known["weather"].kept.failures)
    desk.fetching.set((msgspec.structs.replace(place, key="b"),), {})
    await until(lambda: len(desk.jobs) == 2)
    assert [job.key for job in desk.jobs] == ["a", "b"]
    running.cancel()


async def test_a_key_of_a_file(desk: Desk, tmp_path: Path) -> None:
    """Read at each time, so that a new one counts; one that is not there is said."""
    file = tmp_path / "key"
    place = WeatherSource(latitude=1, longitude=2, key_file=str(file))
    desk.fetching.set((place,), {})
    running = asyncio.create_task(desk.fetching.run())
    await until(lambda: desk.fetching.known["weather"].kept.error)
    error = "its key_file cannot be read (No such file or directory)"
    assert desk.fetching.known["weather"].kept.error == error
    assert desk.jobs == []
    file.write_text("secret\n")
    desk.outcome = Outcome(status="error", error="no")
    desk.fetching.refresh("weather")
    await until(lambda: desk.jobs)
    assert desk.jobs[0].key == "secret"
    running.cancel()


async def test_a_source_that_is_taken_away_while_it_is_asked(desk: Desk) -> None:
    desk.gate.clear()
    desk.fetching.set((ONE,), {})
    running = asyncio.create_task(desk.fetching.run())
    await until(lambda: desk.jobs)
    desk.fetching.set((TWO,), {})
    desk.gate.set()
    await until(lambda: len(desk.jobs) == 2)
    assert list(desk.fetching.known) == ["two"]
    running.cancel()


async def test_store_that_cannot_be_had(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It is said once, and nothing ends."""
    (tmp_path / "file").write_text("x")
    store = SourceStore(Database(tmp_path / "file/media.sqlite"))
    for _ in range(3):
        await store.save({"a": b"1"})
    assert await store.read() == {}
    assert len(caplog.records) == 1
    damaged = tmp_path / "damaged.sqlite"
    damaged.write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    assert await SourceStore(Database(damaged)).read() == {}


async def test_store_beside_others(tmp_path: Path) -> None:
    path = tmp_path / "new/media.sqlite"
    store = SourceStore(Database(path))
    assert await store.read() == {}
    await store.save({"a": b"1", "b": b"\xff"})
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE other (value)")
    base.close()
    await store.save({"a": b"2"}, forget=["b", "c"])
    assert await SourceStore(Database(path)).read() == {"a": b"2"}
