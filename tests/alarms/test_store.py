"""What is remembered, on a real disk."""

import asyncio
import contextlib
import logging
import os
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from alarms.memory import Memory
from alarms.store import Store
from shared.testing import TIMEOUT_SECONDS

NOW = datetime(2026, 2, 17, 5, 30, tzinfo=UTC)
Open = Callable[[Path], Store]
MEMORY = Memory(
    schedule="s", zone="UTC", enabled=True, shown="ringing", since=NOW, planned_from=NOW,
    done=(NOW,), phase="ringing", occurrence=NOW, ring=7, last_ring=7, began=NOW,
)  # fmt: skip


@pytest.fixture
async def open_store() -> AsyncIterator[Open]:
    """Opens stores, and closes them after the test."""
    async with contextlib.AsyncExitStack() as stores:
        opened: list[Store] = []

        def opening(path: Path) -> Store:
            opened.append(Store(path))
            stores.push_async_exit(opened[-1])
            return opened[-1]

        yield opening


async def test_what_is_saved_is_read_again(tmp_path: Path, open_store: Open) -> None:
    """By the next life; and what was forgotten is not."""
    path = tmp_path / "data" / "alarms.sqlite"
    store = open_store(path)
    assert await store.read() == ({}, None)
    await store.save({"a": MEMORY, "b": MEMORY}, "[]")
    await store.save({"b": None})
    assert await open_store(path).read() == ({"a": MEMORY}, "[]")


async def test_a_commit_is_on_the_disk_before_save_returns(
    tmp_path: Path, open_store: Open
) -> None:
    """WAL, and each commit synchronised."""
    store = open_store(tmp_path / "a.sqlite")
    await store.read()
    assert store._connection is not None
    assert store._connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert store._connection.execute("PRAGMA synchronous").fetchone() == (2,)
    await store.save({"a": MEMORY})
    with sqlite3.connect(tmp_path / "a.sqlite") as other:
        assert other.execute("SELECT COUNT(*) FROM kept").fetchone() == (1,)
    other.close()


@pytest.mark.parametrize("beginning", [b"SQLite format 3\0", bytes(16)])
async def test_a_torn_database_is_put_aside(
    tmp_path: Path, open_store: Open, caplog: pytest.LogCaptureFixture, beginning: bytes
) -> None:
    """With one line; then it goes on."""
    path = tmp_path / "a.sqlite"
    path.write_bytes(beginning + os.urandom(8192 - len(beginning)))
    store = open_store(path)
    assert await store.read() == ({}, None)
    await store.save({"a": MEMORY})
    assert (await open_store(path).read())[0] == {"a": MEMORY}
    assert path.with_name("a.sqlite.broken").stat().st_size == 8192
    assert [each.message for each in caplog.records if each.levelno == logging.WARNING] == [
        f"{path}: damaged, put aside as a.sqlite.broken; begun anew"
    ]


async def test_a_file_of_the_user_is_left_alone(
    tmp_path: Path, open_store: Open, caplog: pytest.LogCaptureFixture
) -> None:
    """A path that was mistyped; it is said once, and nothing is kept."""
    path = tmp_path / "shopping.txt"
    path.write_text("bread, butter, a new memory card")
    store = open_store(path)
    assert await store.read() == ({}, None)
    await store.save({"a": MEMORY})
    await store.save({"b": MEMORY})
    assert path.read_text() == "bread, butter, a new memory card"
    assert list(tmp_path.iterdir()) == [path]
    (told,) = [each.message for each in caplog.records if each.levelno == logging.WARNING]
    assert "not a database" in told


async def test_a_row_of_another_version_costs_only_itself(tmp_path: Path, open_store: Open) -> None:
    """The others are read."""
    path = tmp_path / "a.sqlite"
    store = open_store(path)
    await store.read()
    await store.save({"a": MEMORY})
    with sqlite3.connect(path) as other:
        other.execute("INSERT INTO kept VALUES ('@b', '{}')")
    other.close()
    assert (await open_store(path).read())[0] == {"a": MEMORY}


async def test_rows_that_have_rotted_cost_only_themselves(
    tmp_path: Path, open_store: Open, caplog: pytest.LogCaptureFixture
) -> None:
    """A card turns a bit, and what was text is none; it ended each start."""
    path = tmp_path / "a.sqlite"
    store = open_store(path)
    await store.read()
    await store.save({"a": MEMORY, "b": MEMORY}, "[]")
    with sqlite3.connect(path) as other:
        other.execute("UPDATE kept SET value = x'7b22ff' WHERE key IN ('@b', 'file')")
    other.close()
    assert await open_store(path).read() == ({"a": MEMORY}, None)
    assert [each.message.partition("sqlite: ")[2][:18] for each in caplog.records] == [
        "b: not understood:", "alarms.json: not u",
    ]  # fmt: skip


async def test_a_row_whose_key_has_rotted_or_value_is_gone_costs_only_itself(
    tmp_path: Path, open_store: Open
) -> None:
    """The whole database was taken for empty, or ended each start."""
    path = tmp_path / "a.sqlite"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE kept (key TEXT PRIMARY KEY, value BLOB)")
        other.execute("INSERT INTO kept VALUES ('@a', ?)", (msgspec.json.encode(MEMORY),))
        other.execute("INSERT INTO kept VALUES ('@b', NULL), (CAST(x'40ff' AS TEXT), '{}')")
    other.close()
    assert await open_store(path).read() == ({"a": MEMORY}, None)


async def test_a_disk_that_cannot_be_written_is_said_once_and_caught_up_with(
    tmp_path: Path, open_store: Open, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is lost when it comes back."""
    (tmp_path / "data").write_text("a file where the folder should be")
    store = open_store(tmp_path / "data" / "a.sqlite")
    assert await store.read() == ({}, None)
    await store.save({"a": MEMORY, "b": MEMORY})
    await store.save({"b": None})
    assert len([each for each in caplog.records if each.levelno == logging.WARNING]) == 1
    (tmp_path / "data").unlink()
    await store.save({"c": MEMORY})
    assert set((await open_store(tmp_path / "data" / "a.sqlite").read())[0]) == {"a", "c"}


async def test_what_was_forgotten_while_it_could_not_be_written_stays_forgotten(
    tmp_path: Path,
    open_store: Open,
) -> None:
    """When it is opened anew."""
    store = open_store(tmp_path / "a.sqlite")
    await store.read()
    await store.save({"a": MEMORY, "b": MEMORY})
    assert store._connection is not None
    store._connection.execute("PRAGMA query_only = 1")
    await store.save({"b": None})
    await store.save({"c": MEMORY})
    assert set((await open_store(tmp_path / "a.sqlite").read())[0]) == {"a", "c"}


async def test_a_full_database_does_not_stop_anything(tmp_path: Path, open_store: Open) -> None:
    """SQLite says so at the commit."""
    store = open_store(tmp_path / "a.sqlite")
    await store.read()
    assert store._connection is not None
    store._connection.execute("PRAGMA max_page_count = 2")
    await store.save({}, "x" * 100_000)
    await store.save({"a": MEMORY})  # opened anew, without the limit
    assert await open_store(tmp_path / "a.sqlite").read() == ({"a": MEMORY}, "x" * 100_000)


async def test_a_database_that_is_locked_at_the_start_is_waited_for(
    tmp_path: Path,
    open_store: Open,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It was taken for empty, and what it held was deleted with the next save."""
    path = tmp_path / "a.sqlite"
    async with Store(path) as before:
        await before.read()
        await before.save({"a": MEMORY})
    monkeypatch.setattr("alarms.store._PATIENCE_SECONDS", 0.05)
    with locked(path):
        reading = asyncio.create_task(open_store(path).read())
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while "waiting for it" not in caplog.text:
                await asyncio.sleep(0.01)
        assert not reading.done()
    assert await reading == ({"a": MEMORY}, None)
    assert [each.levelname for each in caplog.records] == ["WARNING"]


async def test_one_that_stays_locked_keeps_no_alarm_from_ringing(
    tmp_path: Path,
    open_store: Open,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """As on a share that knows no locks; later it is kept there."""
    monkeypatch.setattr("alarms.store._PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr("alarms.store._START_SECONDS", 0.1)
    path = tmp_path / "a.sqlite"
    store = open_store(path)
    with locked(path):
        assert await store.read() == ({}, None)
        assert "going on without" in caplog.text
    monkeypatch.undo()
    await store.save({"a": MEMORY})
    assert (await open_store(path).read())[0] == {"a": MEMORY}


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the database as another program may."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("PRAGMA locking_mode=EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    yield
    other.close()


async def test_a_disk_that_hangs_keeps_nobody_waiting(
    tmp_path: Path, open_store: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second, once; afterwards the newest is saved when it answers."""
    monkeypatch.setattr("alarms.store._PATIENCE_SECONDS", 0.1)
    store = open_store(tmp_path / "a.sqlite")
    await store.read()
    gate = threading.Event()
    store._thread.submit(gate.wait)
    await store.save({"a": MEMORY})
    await store.save({"b": MEMORY})
    assert store._saving is not None
    assert not store._saving.done()
    gate.set()
    await store._saving
    assert set((await open_store(tmp_path / "a.sqlite").read())[0]) == {"a", "b"}


async def test_a_disk_that_hangs_at_the_start_holds_up_no_stop(tmp_path: Path) -> None:
    """The whole loop waited for it."""
    gate = threading.Event()
    async with Store(tmp_path / "a.sqlite") as store:
        store._thread.submit(gate.wait, TIMEOUT_SECONDS)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await store.read()
        began = time.monotonic()
    assert time.monotonic() - began < TIMEOUT_SECONDS / 2
    gate.set()
