"""What is kept of displays, in real files."""

import logging
import multiprocessing
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from media.database import Database, StoreError
from media.display.display import Display
from media.display.store import DisplayStore

NOW = datetime(2026, 7, 1, tzinfo=UTC)


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[DisplayStore]:
    async with Database(path) as database:
        yield DisplayStore(database)


def display(number: int, **fields: str) -> Display:
    hardware = fields.get("hardware_id", f"hw-{number}")
    return Display(id=f"d{number}", hardware_id=hardware, width=1, height=1, made_at=NOW)


async def kept(path: Path) -> list[str]:
    async with opened(path) as store:
        return [each.id for each in await store.read()]


async def test_what_is_saved_is_read(tmp_path: Path) -> None:
    """In a folder that did not exist, beside other tables, until it is forgotten."""
    path = tmp_path / "new/media.sqlite"
    async with opened(path) as store:
        assert await store.read() == []
        await store.save([display(1), display(2)])
        await store.save([display(1)], forget=["d2", "nobody"])
        assert await store.read() == [display(1)]
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE other (value)")
    base.close()
    assert await kept(path) == ["d1"]


async def test_two_displays_never_have_one_hardware_id(tmp_path: Path) -> None:
    """The newer takes its place."""
    async with opened(tmp_path / "a") as store:
        await store.save([display(1, hardware_id="same")])
        await store.save([display(2, hardware_id="same")])
        assert [each.id for each in await store.read()] == ["d2"]


def _write_until_killed(path: Path) -> None:
    import asyncio

    async def write() -> None:
        async with opened(path) as store:
            for number in range(1_000_000):
                await store.save([display(number)])
                (path.parent / "told").write_text(str(number))

    asyncio.run(write())


async def test_a_kill_in_the_middle_of_a_write(tmp_path: Path) -> None:
    """All that was saved is there, whole."""
    path, told = tmp_path / "media.sqlite", tmp_path / "told"
    for _ in range(3):
        writer = multiprocessing.get_context("spawn").Process(
            target=_write_until_killed, args=(path,)
        )
        writer.start()
        while not (told.exists() and told.read_text() not in {"", "0", "1", "2"}):
            assert writer.is_alive()
        writer.kill()
        writer.join()
        last = told.read_text() or "0"
        assert {f"d{number}" for number in range(int(last) + 1)} <= set(await kept(path))
        told.unlink()


async def test_a_full_disk_is_said_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """And once more when there is room; what was not saved is said to be so."""
    caplog.set_level(logging.INFO)
    async with opened(tmp_path / "a") as store:
        await store.save([display(1)])
        base = store._database._open()
        pages = base.execute("PRAGMA page_count").fetchone()[0]
        base.execute(f"PRAGMA max_page_count={pages}")
        many = [display(number) for number in range(2, 500)]
        with pytest.raises(StoreError):
            await store.save(many)
        assert [each.id for each in await store.read()] == ["d1"]
        caplog.clear()
        store._database._open().execute(f"PRAGMA max_page_count={pages}")
        for _ in range(2):
            with pytest.raises(StoreError):
                await store.save(many)
            store._database._open().execute(f"PRAGMA max_page_count={pages}")
        assert [record.getMessage() for record in caplog.records if "full" in record.message] == [
            f"displays: they cannot be kept in {tmp_path / 'a'} (database or disk is full)"
        ]
        store._database._open().execute("PRAGMA max_page_count=1000000")
        await store.save(many)
        assert "displays: they are kept again" in caplog.text
        assert len(await store.read()) == 499


async def test_what_is_broken_is_put_aside(tmp_path: Path) -> None:
    """Not for a disk that cannot be read, though."""
    path = tmp_path / "media.sqlite"
    for broken in (b"SQLite format 3\0" + b"x" * 9000, bytes(9000)):
        path.write_bytes(broken)
        assert await kept(path) == []
        assert (tmp_path / "media.sqlite.broken").read_bytes() == broken
        for file in tmp_path.glob("media.sqlite*"):
            file.unlink()
    async with opened(tmp_path) as store:
        with pytest.raises(StoreError):
            await store.read()


async def test_a_display_of_an_older_version(tmp_path: Path) -> None:
    """What it had no field for is as usual."""
    path = tmp_path / "media.sqlite"
    async with opened(path) as store:
        await store.save([replace(display(1), theme="mine", shows_battery=False)])
        assert [(each.theme, each.shows_battery) for each in await store.read()] == [
            ("mine", False)
        ]
    with sqlite3.connect(path) as base:
        base.execute("UPDATE display SET value = json_remove(value, '$.theme', '$.shows_battery')")
    base.close()
    async with opened(path) as store:
        assert await store.read() == [display(1)]


async def test_a_file_of_the_user_is_left_alone(tmp_path: Path) -> None:
    """A setting that names a photo by mistake costs no photo."""
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"\xff\xd8\xff" * 1000)
    async with opened(path) as store:
        for attempt in (store.read(), store.save([display(1)])):
            with pytest.raises(StoreError):
                await attempt
    assert path.read_bytes() == b"\xff\xd8\xff" * 1000
    assert [each.name for each in tmp_path.iterdir()] == ["photo.jpg"]


async def test_one_broken_display_leaves_the_others(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is said, with its id."""
    path = tmp_path / "media.sqlite"
    async with opened(path) as store:
        await store.save([display(1), display(2)])
    with sqlite3.connect(path) as base:
        base.execute("UPDATE display SET value = '{' WHERE id = 'd1'")
    base.close()
    assert await kept(path) == ["d2"]
    assert "display d1: what was kept of it is broken" in caplog.text
