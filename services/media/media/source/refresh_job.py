"""The jobs `get_weather`, `get_calendar` and `get_news`: sources asked now, and waited for.

Sources refresh themselves; these are for who wants that at moments of his own, or by hand.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from msgspec import Meta, Struct

from media.job.job import Job, JobError, NoParams, Run, SkipError
from media.source.opening import Opening

_LOOK_SECONDS = 0.2
_READ_SECONDS = 30.0
"""For the file of sources to be read, when the service has just begun."""
_EARLY = "55 5 * * *"

_Row = dict[str, Any]


class CalendarParams(Struct, frozen=True, forbid_unknown_fields=True):
    """`days_ahead`: tell of the events of so many days from today on; None: of all that is kept."""

    days_ahead: Annotated[int, Meta(ge=0, le=3660)] | None = None


@dataclass(frozen=True)
class _Refresh:
    """Refreshes the sources of a kind; `plural` and `table` are for people."""

    opening: Opening
    kind: str
    plural: str
    table: str

    async def __call__(self, run: Run) -> list[str]:
        """Ask all, and wait; return what is wrong with some. SkipError, JobError when with all."""
        names = await self._names()
        sources = self.opening.get()
        for name in names:
            sources.refresh(name)
        problems: list[str] = []
        waited = set(names)
        while waited:
            # One that was taken out of the file meanwhile is waited for no longer
            rows = {each["name"]: each for each in self._rows()}
            for name in [each for each in names if each in waited]:
                row = rows.get(name)
                if row is not None and row["refreshing"]:
                    continue
                waited.discard(name)
                run.progress(1 - len(waited) / len(names))
                _tell(run, name, row, problems)
            if waited:
                await asyncio.sleep(_LOOK_SECONDS)
        if len(problems) == len(names):
            raise JobError("; ".join(problems))
        return problems

    async def _names(self) -> list[str]:
        """Return which sources there are of the kind; SkipError when there are none."""
        sources = self.opening.get()
        try:
            async with asyncio.timeout(_READ_SECONDS):
                await sources.looked.wait()
        except TimeoutError:
            raise JobError(f"{sources.file.path} is not read yet; try again") from None
        names = [str(each["name"]) for each in self._rows()]
        if not names:
            wrong = f" ({sources.file.problems[0]})" if sources.file.problems else ""
            raise SkipError(
                f"there is no {self.kind} to get: put a {self.table} into "
                f"{sources.file.path}{wrong}"
            )
        return names

    def _rows(self) -> list[_Row]:
        listed = self.opening.get().listed()
        return [each for each in listed if each["kind"] == self.kind]

    def summary(self, done: str, problems: list[str]) -> str:
        """Return what was done in a sentence."""
        count = len(self._rows())
        if not problems:
            return done
        return f"{done}; {len(problems)} of {count} {self.plural} failed: {'; '.join(problems)}"


def _tell(run: Run, name: str, row: _Row | None, problems: list[str]) -> None:
    if row is None:
        run.log("WARN", f"{name}: is no source any more")
    elif row["error"]:
        problems.append(f"{name} {row['error']}")
        run.log("WARN", f"{name}: {row['error']}")
    else:
        run.log("INFO", f"{name}: {row['text']}")
        if row["note"]:
            run.log("WARN", f"{name}: {row['note']}")


def source_jobs(opening: Opening) -> tuple[Job, ...]:
    """Return the jobs."""
    weather = _Refresh(opening, "weather", "sources", "[weather]")
    calendars = _Refresh(opening, "calendar", "calendars", "[[calendar]]")
    feeds = _Refresh(opening, "news", "feeds", "[[news]]")

    async def get_weather(run: Run, _: NoParams) -> str:
        problems = await weather(run)
        block = opening.get().snapshot().weather
        days = len(block.value.days) if block and block.value else 0
        return weather.summary(f"{days} days of weather", problems)

    async def get_calendar(run: Run, params: CalendarParams) -> str:
        problems = await calendars(run)
        return calendars.summary(_events(opening, params.days_ahead), problems)

    async def get_news(run: Run, _: NoParams) -> str:
        problems = await feeds(run)
        block = opening.get().snapshot().news
        items = len(block.value.items) if block and block.value else 0
        return feeds.summary(f"{items} items of news", problems)

    def job(
        name: str, about: str, act: Callable[[Run, Any], Awaitable[str]], params: type[Struct]
    ) -> Job:
        return Job(name, about, act, params, _EARLY)

    return (
        job("get_weather", "Get the weather now.", get_weather, NoParams),
        job("get_calendar", "Get all calendars now.", get_calendar, CalendarParams),
        job("get_news", "Get all feeds now.", get_news, NoParams),
    )


def _events(opening: Opening, days_ahead: int | None) -> str:
    """Return how many events there are in the days to come."""
    snapshot = opening.get().snapshot()
    events = snapshot.agenda.value.events if snapshot.agenda and snapshot.agenda.value else ()
    if days_ahead is None:
        return f"{len(events)} events"
    last = snapshot.at.date() + timedelta(days=days_ahead)
    count = sum(each.first_day <= last for each in events)
    return f"{count} events in {days_ahead} days"
