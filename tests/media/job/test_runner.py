"""The runner, with a real database."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct, structs

from media.database import Database
from media.job.job import Execution, Job, JobError, Run, SkipError
from media.job.roster import Roster, UnknownJobError
from media.job.runner import QueueFullError, Runner
from media.job.store import JobStore
from shared.errors import PayloadError
from shared.testing import TIMEOUT_SECONDS

START = datetime(2026, 7, 1, 12, 0, 30, tzinfo=UTC)


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """Those of the jobs here."""

    number: int = 1


class Work:
    """Jobs whose ends a test decides; `log` is what they have done."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.go = asyncio.Event()
        self.now = START

    def job(self, name: str, end: BaseException | None = None, *, waits: bool = False) -> Job:
        async def act(run: Run, params: Any) -> str:
            self.log.append(f"{name} begins")
            run.log("INFO", f"number {params.number}")
            run.progress(0.5)
            if waits:
                await self.go.wait()
            self.log.append(f"{name} ends")
            if end is not None:
                raise end
            return f"did {params.number}"

        return Job(name, "about", act, Params, "*/5 * * * *")


@asynccontextmanager
async def running(path: Path, work: Work, *jobs: Job) -> AsyncIterator[Runner]:
    """A runner that runs."""
    async with Database(path) as database:
        store = JobStore(database)
        runner = Runner(Roster(jobs, store, UTC, lambda: work.now), store)
        await runner.load()
        task = asyncio.create_task(runner.work())
        yield runner
        task.cancel()
        await asyncio.wait([task])


async def ended(runner: Runner, run: Execution) -> Execution:
    """Wait for a run to end."""
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while True:
            last = runner.roster.last(run.job)
            if last is not None and last.id == run.id and last.finished_at is not None:
                return last
            runner.roster.changed.clear()
            await runner.roster.changed.wait()


async def test_one_after_the_other_in_order(tmp_path: Path) -> None:
    """Two never overlap."""
    work = Work()
    async with running(tmp_path / "a", work, work.job("one"), work.job("two")) as runner:
        runs = [await runner.order(name) for name in ("two", "one", "two")]
        last = await ended(runner, runs[-1])
        assert (last.status, last.summary) == ("success", "did 1")
        assert work.log == [
            f"{name} {what}" for name in ("two", "one", "two") for what in ("begins", "ends")
        ]


@pytest.mark.parametrize(
    ("end", "status", "summary"),
    [
        (JobError("no key"), "error", "no key"),
        (SkipError("nothing to do"), "skipped", "nothing to do"),
        (OSError("disk"), "error", "disk"),
        (ZeroDivisionError("x"), "error", "a fault in the program: ZeroDivisionError: x"),
    ],
)
async def test_a_run_that_fails_does_not_keep_the_next_from_running(
    tmp_path: Path, end: BaseException, status: str, summary: str
) -> None:
    """What has failed is told; where, when it is the program's own fault."""
    work = Work()
    async with running(tmp_path / "a", work, work.job("bad", end), work.job("good")) as runner:
        bad, good = await runner.order("bad"), await runner.order("good")
        assert (await ended(runner, good)).status == "success"
        last = runner.roster.last("bad")
        assert last is not None
        assert (last.id, last.status, last.summary) == (bad.id, status, summary)
        assert ("Traceback" in last.error) == isinstance(end, ZeroDivisionError)
        store = runner._store
        levels = [line.level for line in await store.lines(bad.id)]
        assert levels == ["INFO", "ERROR"] if status == "error" else ["INFO"]


async def test_parameters(tmp_path: Path) -> None:
    """Those of a run beat those that are set; texts are numbers where those are wanted."""
    work = Work()
    async with running(tmp_path / "a", work, work.job("one")) as runner:
        await runner.roster.update("one", params={"number": 5})
        assert (await ended(runner, await runner.order("one"))).summary == "did 5"
        run = await runner.order("one", {"number": "7"})
        assert (await ended(runner, run)).summary == "did 7"
        with pytest.raises(PayloadError, match="number"):
            await runner.order("one", {"number": "many"})
        with pytest.raises(PayloadError, match="colour"):
            await runner.roster.update("one", params={"colour": 5})
        with pytest.raises(UnknownJobError, match="one"):
            await runner.order("two")


async def test_cancel(tmp_path: Path) -> None:
    """The run that goes on ends, those that wait never begin, others are left alone."""
    work = Work()
    async with running(
        tmp_path / "a", work, work.job("long", waits=True), work.job("next")
    ) as runner:
        first = await runner.order("long")
        other = await runner.order("next")
        await runner.order("long")
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while runner.progress("long") != 0.5:
                await asyncio.sleep(0)
        assert runner.queued("long") == 1
        assert await runner.cancel("long") == 2
        assert (await ended(runner, first)).summary == "cancelled"
        assert (await ended(runner, other)).status == "success"
        assert await runner.cancel("long") == 0
        assert work.log.count("long begins") == 1


async def test_one_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    """However long it would go on."""
    work = Work()
    job = replace(work.job("long", waits=True), most_seconds=0.01)
    async with running(tmp_path / "a", work, job) as runner:
        last = await ended(runner, await runner.order("long"))
        assert (last.status, last.summary) == ("error", "ended: it took more than 0.01 seconds")


async def test_the_queue_has_an_end(tmp_path: Path) -> None:
    """More are refused."""
    work = Work()
    async with running(tmp_path / "a", work, work.job("one", waits=True)) as runner:
        for _ in range(64):
            await runner.order("one")
        with pytest.raises(QueueFullError):
            await asyncio.gather(runner.order("one"), runner.order("one"))


async def test_due_by_cron_once(tmp_path: Path) -> None:
    """What was missed is one run; nothing before it is enabled; not while it waits or runs."""
    work = Work()
    path = tmp_path / "a"
    async with running(path, work, work.job("one", waits=True)) as runner:
        work.now += timedelta(hours=2)
        await runner.run_due()
        assert runner.queued("one") == 0
        await runner.roster.update("one", enabled=True)
        await runner.run_due()
        assert runner.roster.next_at("one") == START + timedelta(hours=2, minutes=4, seconds=30)
        work.now += timedelta(hours=5)
        for _ in range(3):
            await runner.run_due()
        assert runner.roster.next_at("one") == work.now + timedelta(minutes=4, seconds=30)
        work.now += timedelta(minutes=5)
        await runner.run_due()  # it runs, or waits, still
        assert runner.queued("one") + (runner.progress("one") is not None) <= 1
        work.go.set()
        last = runner.roster.last("one")
        assert last is not None
        await ended(runner, last)
        assert work.log == ["one begins", "one ends"]
    async with running(path, work, work.job("one")) as runner:
        await runner.run_due()
        assert work.log == ["one begins", "one ends"]
        work.now += timedelta(days=3)
        await runner.run_due()
        await runner.run_due()
        await ended(runner, structs.replace(last, id=2))
        assert work.log == ["one begins", "one ends"] * 2


async def test_a_run_that_was_cut_short_has_failed_and_one_that_waited_still_waits(
    tmp_path: Path,
) -> None:
    """When the service ended, however it did."""
    work = Work()
    path = tmp_path / "a"
    async with running(path, work, work.job("long", waits=True), work.job("next")) as runner:
        await runner.order("long")
        await runner.order("next", {"number": 3})
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while runner.progress("long") != 0.5:
                await asyncio.sleep(0)
    async with running(path, work, work.job("long"), work.job("next")) as runner:
        last = runner.roster.last("long")
        assert last is not None
        assert (last.status, last.summary) == (
            "error", "cut short: the service ended while it ran",
        )  # fmt: skip
        following = await runner.order("next")
        assert following.id == 3
        assert (await ended(runner, following)).summary == "did 1"
        runs = await runner._store.runs("next", 9)
        assert [(each.id, each.summary) for each in runs] == [(2, "did 3"), (3, "did 1")]


async def test_a_log_has_an_end(tmp_path: Path) -> None:
    """The newest lines are kept, in order; and so are the newest runs."""

    async def flood(run: Run, params: Any) -> str:
        for number in range(params.number):
            run.log("DEBUG", f"{number}\x1b[31m" + "x" * 900)
        return "x" * 900

    work = Work()
    async with running(tmp_path / "a", work, Job("flood", "", flood, Params)) as runner:
        for lines_of_run in [*[1] * 102, 1200]:
            last = await ended(runner, await runner.order("flood", {"number": lines_of_run}))
        assert len(last.summary) == 500
        lines = await runner._store.lines(last.id)
        assert [line.number for line in lines] == list(range(701, 1201))
        assert all(len(line.message) == 500 and "\x1b" not in line.message for line in lines)
        assert [each.id for each in await runner._store.runs("flood", 999)] == list(range(4, 104))
        assert await runner._store.lines(1) == []


async def test_a_database_that_cannot_be_used(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Jobs run all the same; it is said once."""
    caplog.set_level(logging.INFO)
    work = Work()
    async with running(tmp_path, work, work.job("one")) as runner:  # a folder is no file
        assert not runner.readable
        for _ in range(2):
            assert (await ended(runner, await runner.order("one"))).status == "success"
    assert caplog.text.count("jobs: they cannot be kept") == 1
