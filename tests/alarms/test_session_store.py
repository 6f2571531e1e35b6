"""The sessions on a real disk."""

import asyncio
import contextlib
import os
import sqlite3
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from alarms.session import Instant, Session, SessionAlarm, add
from alarms.session_store import SessionStore
from alarms.store import Store
from shared.testing import TIMEOUT_SECONDS

AT = Instant(datetime(2026, 2, 17, 11, tzinfo=UTC), ZoneInfo("Europe/Paris"))
TEA = add(Session(timezone="UTC"), SessionAlarm(name="tea", time="11:00:00", days=("Tue",)), AT)
TODAY = 700_000
Open = Callable[..., Awaitable[SessionStore]]


@pytest.fixture
async def open_store() -> AsyncIterator[Open]:
    """Opens stores of at most so many sessions, and closes them after the test."""
    async with contextlib.AsyncExitStack() as stores:

        async def opening(path: Path, most: int = 100) -> SessionStore:
            store = await stores.enter_async_context(Store(path))
            await store.read()
            return SessionStore(store, path, most)

        yield opening


async def test_what_is_saved_is_read_by_the_next_life(tmp_path: Path, open_store: Open) -> None:
    """A ring that goes on too; and what was ended is not."""
    path = tmp_path / "a.sqlite"
    store = await open_store(path)
    assert TEA.alarms[0].memory is not None
    assert TEA.alarms[0].memory.phase == "ringing"
    assert await store.save({"a": TEA, "b": TEA}, TODAY) == set()
    assert await store.save({"b": None, "c": None}, TODAY) == set()
    store = await open_store(path)
    assert await store.read(["a", "b", "c"]) == {"a": (TEA, TODAY)}


async def test_only_so_many(tmp_path: Path, open_store: Open) -> None:
    """Those that are one too many are told; the others of the same turn are stored."""
    store = await open_store(tmp_path / "a.sqlite", most=2)
    assert await store.save({"a": TEA, "b": TEA, "c": TEA}, TODAY) == {"c"}
    assert await store.save({"a": Session(), "d": TEA}, TODAY) == {"d"}
    assert await store.save({"b": None, "d": TEA}, TODAY) == set()
    found = await store.read("abcd")
    assert found is not None
    assert found == {"a": (Session(), TODAY), "d": (TEA, TODAY)}


async def test_what_was_not_used_for_too_long_goes(tmp_path: Path, open_store: Open) -> None:
    """By the day of its last use."""
    store = await open_store(tmp_path / "a.sqlite")
    for own, day in (("a", TODAY - 366), ("b", TODAY - 365), ("c", TODAY)):
        await store.save({own: TEA}, day)
    assert await store.expire(TODAY - 365) == 1
    assert set(await store.read("abc") or {}) == {"b", "c"}


async def test_a_full_disk_is_told_and_then_it_goes_on(
    tmp_path: Path, open_store: Open, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing of the turn is stored, and it is said once."""
    path = tmp_path / "a.sqlite"
    store = await open_store(path)
    await store.save({"a": TEA}, TODAY)
    database = store._store._connection
    assert database is not None
    pages = database.execute("PRAGMA page_count").fetchone()[0]
    database.execute(f"PRAGMA max_page_count = {pages}")
    big = Session(alarms=TEA.alarms * 64)
    assert await store.save({"a": None, "b": big}, TODAY) is None
    assert len(caplog.records) == 1
    assert "full" in caplog.records[0].message
    assert await store.read("ab") == {"a": (TEA, TODAY)}  # by a new connection, without that limit
    assert await store.save({"b": big}, TODAY) == set()


async def test_a_disk_that_hangs_is_not_waited_for(tmp_path: Path, open_store: Open) -> None:
    """The first waits, those that follow are refused at once; afterwards all is well."""
    store = await open_store(tmp_path / "a.sqlite")
    release = threading.Event()
    store._store._thread.submit(release.wait)
    loop = asyncio.get_running_loop()
    began = loop.time()
    assert await store.read("a") is None
    waited = loop.time() - began
    assert 0.25 < waited < 0.95
    assert await store.save({"a": TEA}, TODAY) is None
    assert loop.time() - began - waited < 0.2
    release.set()
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while await store.save({"a": TEA}, TODAY) is None:
            await asyncio.sleep(0.01)


async def test_a_torn_database_and_a_torn_row(
    tmp_path: Path, open_store: Open, caplog: pytest.LogCaptureFixture
) -> None:
    """It is begun anew, tables and all; a row that is not understood costs only itself."""
    path = tmp_path / "a.sqlite"
    path.write_bytes(b"SQLite format 3\0" + os.urandom(8176))
    store = await open_store(path)
    assert await store.save({"a": TEA, "b": TEA}, TODAY) == set()
    with sqlite3.connect(path) as other:
        other.execute("UPDATE sessions SET value = '{' WHERE hash = 'b'")
    other.close()
    caplog.clear()
    assert await store.read("ab") == {"a": (TEA, TODAY)}
    assert [each.message.split(":")[0] for each in caplog.records] == ["session b"]


async def test_a_session_whose_day_has_rotted_is_one_of_long_ago(
    tmp_path: Path, open_store: Open
) -> None:
    """Until it is used: nothing else is lost with it."""
    path = tmp_path / "a.sqlite"
    store = await open_store(path)
    await store.save({"a": TEA}, TODAY)
    with sqlite3.connect(path) as other:
        other.execute("UPDATE sessions SET used = 'rot'")
    other.close()
    assert await store.read(["a"]) == {"a": (TEA, 0)}


async def test_sessions_on_a_rotten_page_are_begun_anew(
    tmp_path: Path, open_store: Open, caplog: pytest.LogCaptureFixture
) -> None:
    """Opening does not see it, and all were refused for ever; the alarms' own rows stay."""
    path = tmp_path / "a.sqlite"
    store = await open_store(path)
    await store.save({"a": TEA}, TODAY)
    with sqlite3.connect(path) as other:
        other.execute("INSERT INTO kept VALUES ('file', '[]')")
        other.commit()
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        query = "SELECT rootpage FROM sqlite_master WHERE name = 'sessions'"
        (page,) = other.execute(query).fetchone()
        (size,) = other.execute("PRAGMA page_size").fetchone()
    other.close()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(os.urandom(size))
    store = await open_store(path)
    assert await store.read(["a"]) is None
    assert await store.save({"b": TEA}, TODAY) == set()
    assert await store.read(["a", "b"]) == {"b": (TEA, TODAY)}
    assert path.with_name("a.sqlite.broken").exists()
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT CAST(value AS TEXT) FROM kept").fetchall() == [("[]",)]
    other.close()
    assert [each.levelname for each in caplog.records].count("WARNING") == 2
