"""What became of the work of a run."""

import asyncio
import traceback
from collections.abc import Awaitable
from typing import NamedTuple

from media.job.job import JobError, SkipError, Status, clip
from shared.errors import MantelError

_GIVE_UP_SECONDS = 5.0
_MOST_TRACE = 20_000


class Outcome(NamedTuple):
    """How a run has ended, in one sentence, and where the program failed if it did."""

    status: Status
    summary: str
    error: str = ""


def outcome(task: "asyncio.Task[str]") -> Outcome:
    """Return what became of work that is done.

    Whatever it raises is its own: no fault in one job may end the service, or the jobs after it.
    """
    if task.cancelled():
        return Outcome("skipped", "cancelled")
    error = task.exception()
    if error is None:
        return Outcome("success", clip(task.result()))
    if isinstance(error, SkipError):
        return Outcome("skipped", clip(str(error)))
    if isinstance(error, JobError | MantelError | OSError):
        return Outcome("error", clip(str(error)))
    trace = "".join(traceback.format_exception(error))[-_MOST_TRACE:]
    return Outcome("error", clip(f"a fault in the program: {type(error).__name__}: {error}"), trace)


async def ended(task: "asyncio.Task[str]") -> None:
    """Cancel work, and wait until it has ended, or will not."""
    task.cancel()
    await asyncio.wait([task], timeout=_GIVE_UP_SECONDS)


def started(work: Awaitable[str], name: str) -> "asyncio.Task[str]":
    """Return work as a task of its own."""

    async def do() -> str:
        return await work

    return asyncio.create_task(do(), name=name)
