"""What may be asked of jobs by topic, and what is told of them."""

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from media.asking import Verb, read_fields
from media.job.job import MOST_LINES, Execution
from media.job.runner import Runner
from media.job.store import JobStore
from shared.errors import MantelError, PayloadError
from shared.payloads import JobState

_MOST_RUNS = 20


class NoRunError(MantelError):
    """There is no such run, or it is forgotten."""


class _Named(Struct, forbid_unknown_fields=True):
    name: str


class _Run(_Named):
    params: dict[str, Any] = {}


class _Log(_Named):
    run: int | None = None
    lines: Annotated[int, Meta(ge=1, le=MOST_LINES)] = MOST_LINES


class _Update(_Named):
    enabled: bool | UnsetType = UNSET
    cron: str | UnsetType | None = UNSET
    params: dict[str, Any] | UnsetType = UNSET


def job_verbs(runner: Runner, store: JobStore) -> dict[str, Verb]:
    """Return what may be asked."""

    async def list_jobs(_: dict[str, Any]) -> object:
        return [shown(name, runner) for name in runner.roster.jobs]

    async def run(fields: dict[str, Any]) -> object:
        wanted = read_fields(fields, _Run)
        return {"run": (await runner.order(wanted.name, wanted.params)).id}

    async def cancel(fields: dict[str, Any]) -> object:
        return {"cancelled": await runner.cancel(read_fields(fields, _Named).name)}

    async def log(fields: dict[str, Any]) -> object:
        wanted = read_fields(fields, _Log)
        runner.roster.get(wanted.name)
        runs = await store.runs(wanted.name, _MOST_RUNS)
        number = wanted.run if wanted.run is not None else runs[-1].id if runs else None
        one = next((each for each in runs if each.id == number), None)
        if wanted.run is not None and one is None:
            raise NoRunError(f"{wanted.name} has no run {wanted.run} of which anything is kept")
        lines = await store.lines(number) if number is not None else []
        return {"runs": [_told(each) for each in runs], "run": number, "lines": lines}

    async def update(fields: dict[str, Any]) -> object:
        wanted = read_fields(fields, _Update)
        given = {
            name: value
            for name in ("enabled", "cron", "params")
            if (value := getattr(wanted, name)) is not UNSET
        }
        if not given:
            raise PayloadError("nothing to change is given: enabled, cron or params")
        await runner.roster.update(wanted.name, **given)
        return shown(wanted.name, runner)

    return {"list": list_jobs, "run": run, "cancel": cancel, "log": log, "update": update}


def shown(name: str, runner: Runner) -> dict[str, Any]:
    """Return all that is told of a job."""
    roster = runner.roster
    job, wanted = roster.get(name), roster.wanted(name)
    defaults = msgspec.to_builtins(job.params()) if job.params.__struct_fields__ else {}
    facts = {
        "name": name,
        "about": job.about,
        "cron": roster.line(name),
        "params": defaults | wanted.params,
    }
    return facts | msgspec.structs.asdict(state_of(name, runner))


def state_of(name: str, runner: Runner) -> JobState:
    """Return how a job does."""
    roster = runner.roster
    last, done = roster.last(name), runner.progress(name)
    status = last.status if last is not None else "idle"
    return JobState(
        status="idle" if status == "queued" else status,
        last_run_at=last.started_at if last else None,
        next_run_at=roster.next_at(name),
        duration_seconds=round(last.seconds, 3) if last and last.seconds is not None else None,
        message=last.summary if last else "",
        progress_percent=None if done is None else int(done * 100),
        enabled=roster.wanted(name).enabled,
        queued=runner.queued(name),
        run=last.id if last else None,
    )


def _told(run: Execution) -> dict[str, Any]:
    return {**msgspec.structs.asdict(run), "duration_seconds": run.seconds}
