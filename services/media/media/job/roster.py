"""All jobs: what is set of them, and what became of their last runs."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime, tzinfo
from typing import Any

from msgspec.structs import replace

from media.job.job import Execution, Job, Wanted, parameters
from media.job.plan import baseline, next_run
from media.job.store import JobStore
from shared import cron
from shared.errors import MantelError, PayloadError


class UnknownJobError(MantelError):
    """There is no such job."""


class Roster:
    """The jobs by name; `zone` is the house's.

    `touched` are those that have changed since somebody looked.
    """

    def __init__(
        self,
        jobs: Iterable[Job],
        store: JobStore,
        zone: tzinfo,
        clock: Callable[[], datetime] = lambda: datetime.now().astimezone(),
    ) -> None:
        self.jobs = {each.name: each for each in jobs}
        self._store = store
        self._zone = zone
        self.now = clock
        self._wanted = {name: Wanted() for name in self.jobs}
        self._last: dict[str, Execution] = {}
        self.touched: set[str] = set(self.jobs)
        self.changed = asyncio.Event()

    def take(self, wanted: dict[str, Wanted], runs: Iterable[Execution]) -> None:
        """Take what was kept of jobs that there still are; the newest run of each comes last."""
        self._wanted |= {name: each for name, each in wanted.items() if name in self.jobs}
        for run in runs:
            self.note(run)
        self.touch(*self.jobs)

    def get(self, name: str) -> Job:
        """Return a job; UnknownJobError."""
        if name not in self.jobs:
            raise UnknownJobError(f"there is no job {name!r}; there are: {', '.join(self.jobs)}")
        return self.jobs[name]

    def wanted(self, name: str) -> Wanted:
        """Return what is set of a job; UnknownJobError."""
        return self._wanted[self.get(name).name]

    def last(self, name: str) -> Execution | None:
        """Return the run of a job that goes on, else the last one that has ended."""
        return self._last.get(name)

    def note(self, run: Execution) -> None:
        """Take a run for the last one of its job."""
        if run.job in self.jobs:
            self._last[run.job] = run
            self.touch(run.job)

    def touch(self, *names: str) -> None:
        """Say that jobs have changed."""
        self.touched.update(names)
        self.changed.set()

    def line(self, name: str) -> str | None:
        """Return the cron line of a job."""
        return self._wanted[name].cron or self.jobs[name].cron

    def next_at(self, name: str) -> datetime | None:
        """Return when a job is due by its cron line, or was; None where it is not enabled."""
        wanted, line = self._wanted[name], self.line(name)
        if not wanted.enabled or line is None:
            return None
        now = self.now()
        since = baseline(wanted.since_at or now, now)
        if since != wanted.since_at:
            self._wanted[name] = replace(wanted, since_at=since)
        return next_run(line, since, self._zone)

    async def deal(self, name: str) -> None:
        """Count moments from now on only; StoreError when that is not on the disk."""
        self._wanted[name] = replace(self._wanted[name], since_at=self.now())
        await self._store.save(name, self._wanted[name])

    async def update(self, name: str, **fields: Any) -> None:  # noqa: ANN401
        """Change `enabled`, `cron` or `params`; UnknownJobError, PayloadError, StoreError."""
        job, before = self.get(name), self.wanted(name)
        line = fields.get("cron")
        if line is not None and (problem := cron.problem(line)) is not None:
            raise PayloadError(f"cron: {problem}")
        parameters(job, fields.get("params", before.params))
        changed = replace(before, **fields)
        if changed.enabled and (changed.cron or job.cron) is None:
            raise PayloadError(f"{name} has no cron line by which it could run; give it one")
        if (before.enabled, before.cron) != (changed.enabled, changed.cron):
            changed = replace(changed, since_at=self.now())  # what is past is not made up for
        await self._store.save(name, changed)
        self._wanted[name] = changed
        self.touch(name)
