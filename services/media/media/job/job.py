"""A job: work that `media` can do, what may be set of it, and what a run of it has left. Pure."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

import msgspec
from msgspec import Struct

from shared.errors import MantelError, PayloadError

Level = Literal["DEBUG", "INFO", "WARN", "ERROR"]
Status = Literal["queued", "running", "success", "skipped", "error"]
ENDS: frozenset[Status] = frozenset({"success", "skipped", "error"})

MOST_LINES = 500
"""Of one run that are kept: the newest."""
MOST_TEXT = 500
"""Characters of a line or a summary."""


class JobError(MantelError):
    """A run has failed; the message says why, to a person."""


class SkipError(MantelError):
    """A run had nothing to do, or not what it needs; the message says what."""


class Run(Protocol):
    """What the work has of the run that it is part of."""

    def log(self, level: Level, message: str) -> None:
        """Add a line to what is kept of the run."""

    def progress(self, done: float) -> None:
        """Tell which part of the work is done, 0 to 1."""


class NoParams(Struct, frozen=True, forbid_unknown_fields=True):
    """The parameters of a job that has none."""


@dataclass(frozen=True)
class Job:
    """Work by its name, which is a level of a topic.

    `act` does it and returns one sentence on what was done; JobError or SkipError where it was
    not. `params` is a struct whose fields and defaults are the job's parameters. `cron` is when
    it runs where the user says nothing else; it runs by that only where it is enabled.
    """

    name: str
    about: str
    act: Callable[[Run, Any], Awaitable[str]]
    params: type[Struct] = NoParams
    cron: str | None = None
    most_seconds: float = 1800
    """A run that takes longer is ended."""


class Wanted(Struct, frozen=True, kw_only=True):
    """What the user has set of a job; None: as the job has it."""

    enabled: bool = False
    cron: str | None = None
    params: dict[str, Any] = {}
    since_at: datetime | None = None
    """Moments of its cron line up to here are dealt with."""


class Execution(Struct, frozen=True, kw_only=True):
    """One run of a job: waiting, going on, or what became of it."""

    id: int
    job: str
    status: Status
    queued_at: datetime
    params: dict[str, Any]
    started_at: datetime | None = None
    finished_at: datetime | None = None
    summary: str = ""
    error: str = ""
    """Where the program itself failed: where in it."""

    @property
    def seconds(self) -> float | None:
        """How long it took; None while it goes on."""
        if self.started_at is None or self.finished_at is None:
            return None
        return max(0.0, (self.finished_at - self.started_at).total_seconds())


class Line(Struct, frozen=True):
    """A line that a run has logged; they are numbered from 1."""

    number: int
    at: datetime
    level: Level
    message: str


def parameters(job: Job, *given: dict[str, Any]) -> Struct:
    """Return the parameters of a run, the last of `given` first; PayloadError, by name.

    Texts are taken for numbers where numbers are wanted: so they come from a command line.
    """
    merged: dict[str, Any] = {}
    for each in given:
        merged |= each
    try:
        return msgspec.convert(merged, job.params, strict=False)
    except msgspec.ValidationError as error:
        names = ", ".join(job.params.__struct_fields__) or "none"
        raise PayloadError(f"parameters of {job.name} ({names}): {error}") from None


def clip(text: str) -> str:
    """Return a text as one line that is not too long, without control characters."""
    line = "".join(char if char.isprintable() else " " for char in text)
    return line if len(line) <= MOST_TEXT else line[: MOST_TEXT - 1] + "…"
