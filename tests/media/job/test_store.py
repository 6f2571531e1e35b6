"""What is kept of jobs, in a real file."""

from datetime import UTC, datetime
from pathlib import Path

from media.database import Database
from media.job.job import Execution, Line, Wanted
from media.job.store import JobStore

NOW = datetime(2026, 7, 1, tzinfo=UTC)


async def test_lines_come_bit_by_bit_and_the_oldest_go(tmp_path: Path) -> None:
    """A run that goes on for long writes as it goes."""
    run = Execution(id=1, job="one", status="running", queued_at=NOW, params={})
    async with Database(tmp_path / "a") as database:
        store = JobStore(database)
        for start in (1, 301):
            lines = [Line(number, NOW, "INFO", "x") for number in range(start, start + 300)]
            await store.note(run, lines)
        assert [line.number for line in await store.lines(1)] == list(range(101, 601))


async def test_what_is_set_is_read_and_what_is_broken_is_said(tmp_path: Path) -> None:
    """A broken row spoils no other."""
    async with Database(tmp_path / "a") as database:
        store = JobStore(database)
        wanted = Wanted(enabled=True, cron="@daily", params={"a": 1}, since_at=NOW)
        await store.save("good", wanted)
        await store.save("bad", wanted)
        await database.write(
            "jobs", lambda base: base.execute("UPDATE job SET value = '{' WHERE name = 'bad'")
        )
        assert await store.read() == ({"good": wanted}, [])
