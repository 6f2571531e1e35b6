"""The single runner: one run after the other, in the order in which they were asked for."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from media.database import StoreError
from media.job.job import Execution, Job, Line, parameters
from media.job.journal import Journal
from media.job.outcome import Outcome, ended, outcome, started
from media.job.roster import Roster
from media.job.store import JobStore
from shared.errors import MantelError, PayloadError

_log = logging.getLogger("media")

_MOST_QUEUED = 64
_FLUSH_SECONDS = 1.0
_CUT_SHORT = Outcome("error", "cut short: the service ended while it ran")


class QueueFullError(MantelError):
    """Too many runs wait."""


class Runner:
    """Runs the jobs of a roster; what it does is in the store before it is told."""

    def __init__(self, roster: Roster, store: JobStore) -> None:
        self.roster = roster
        self._store = store
        self._queue: deque[Execution] = deque()
        self._came = asyncio.Event()
        self._number = 0
        self._running: str | None = None
        self._task: asyncio.Task[str] | None = None
        self._journal: Journal | None = None
        self.readable = False

    async def load(self) -> None:
        """Read what was kept: runs that were cut short have failed, those that waited still do."""
        try:
            wanted, runs = await self._store.read()
        except StoreError:
            return
        self.readable = True
        self.roster.take(wanted, [each for each in runs if each.status != "queued"])
        self._number = max([self._number, *(each.id for each in runs)])
        now = self.roster.now()
        for run in runs:
            if run.status == "running":
                cut = replace(run, **_CUT_SHORT._asdict())
                await self._keep(replace(cut, finished_at=max(run.started_at or now, now)))
            elif run.status == "queued" and run.job in self.roster.jobs:
                self._enqueue(run)

    def queued(self, name: str) -> int:
        """Return how many runs of a job wait."""
        return sum(each.job == name for each in self._queue)

    def progress(self, name: str) -> float | None:
        """Return which part of a job's run is done; None while it does not run."""
        return self._journal.done if self._running == name and self._journal else None

    async def order(self, name: str, params: dict[str, Any] | None = None) -> Execution:
        """Have a job run; UnknownJobError, PayloadError, QueueFullError."""
        job = self.roster.get(name)
        given = self.roster.wanted(name).params | (params or {})
        parameters(job, given)
        if len(self._queue) >= _MOST_QUEUED:
            raise QueueFullError(f"{_MOST_QUEUED} runs wait already; {name} was not added")
        self._number += 1
        now = self.roster.now()
        run = Execution(id=self._number, job=name, status="queued", queued_at=now, params=given)
        self._enqueue(run)
        await self._note(run)
        return run

    async def cancel(self, name: str) -> int:
        """End the run of a job that goes on, and forget those that wait; return how many."""
        self.roster.get(name)
        waiting = [each for each in self._queue if each.job == name]
        for run in waiting:
            self._queue.remove(run)
            await self._note(replace(run, status="skipped", summary="cancelled before it began"))
        self.roster.touch(name)
        if self._running != name or self._task is None:
            return len(waiting)
        self._task.cancel()
        return len(waiting) + 1

    async def run_due(self) -> None:
        """Have each job run whose cron line has named a moment since the last time.

        One that waits or runs already is not run again for it.
        """
        for name in self.roster.jobs:
            due = self.roster.next_at(name)
            if due is None or due > self.roster.now():
                continue
            with contextlib.suppress(StoreError):  # which has been said
                await self.roster.deal(name)
            if not self.queued(name) and self._running != name:
                with contextlib.suppress(QueueFullError, PayloadError):
                    await self.order(name)

    async def work(self) -> None:
        """Do what is asked for, until cancelled."""
        while True:
            while not self._queue:
                self._came.clear()
                await self._came.wait()
            run = self._queue.popleft()
            self._running = run.job
            try:
                await self._do(run)
            finally:
                self._running = self._task = self._journal = None
                self.roster.touch(run.job)

    async def _do(self, run: Execution) -> None:
        job = self.roster.jobs[run.job]
        run = replace(run, status="running", started_at=self.roster.now())
        self._journal = journal = Journal(self.roster.now, lambda: self.roster.touch(job.name))
        await self._keep(run)
        try:
            params = parameters(job, run.params)
        except PayloadError as error:  # it waited while the program was renewed
            result = Outcome("error", str(error))
        else:
            self._task = task = started(job.act(journal, params), f"job {job.name}")
            try:
                result = await self._ended(job, run, task, journal)
            finally:
                task.cancel()
        if result.status == "error":
            journal.log("ERROR", result.summary)
            _log.warning("job %s, run %d: %s", run.job, run.id, result.summary)
        finished = replace(run, **result._asdict(), finished_at=self.roster.now())
        await self._keep(finished, journal.take())

    async def _ended(
        self, job: Job, run: Execution, task: "asyncio.Task[str]", journal: Journal
    ) -> Outcome:
        """Wait for the work, and keep what it tells meanwhile."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + job.most_seconds
        while (left := deadline - loop.time()) > 0:
            done, _ = await asyncio.wait([task], timeout=min(_FLUSH_SECONDS, left))
            if done:
                return outcome(task)
            if lines := journal.take():
                await self._note(run, lines)
        await ended(task)
        return Outcome("error", f"ended: it took more than {job.most_seconds:g} seconds")

    def _enqueue(self, run: Execution) -> None:
        self._queue.append(run)
        self._came.set()
        self.roster.touch(run.job)

    async def _keep(self, run: Execution, lines: Iterable[Line] = ()) -> None:
        self.roster.note(run)
        await self._note(run, lines)

    async def _note(self, run: Execution, lines: Iterable[Line] = ()) -> None:
        """Put a run on the disk; where that fails it is known until the service ends."""
        with contextlib.suppress(StoreError):  # which has been said
            await self._store.note(run, lines)


async def follow_cron(runner: Runner, seconds: float = 60.0) -> None:
    """Look at each full minute which jobs are due, until cancelled; at once for what was missed."""
    while True:
        if not runner.readable:
            await runner.load()
        if runner.readable:
            await runner.run_due()
        # The clock may be set meanwhile, so that the next minute is another than it was
        await asyncio.sleep(seconds - runner.roster.now().timestamp() % seconds + 0.01)
