"""Asks for weather, calendars and feeds when their time has come, one after the other."""

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from media.source import child_process
from media.source.job import Job, Outcome
from media.source.kept import Fetched, Kept, after, fingerprint, is_due, job
from media.source.shown import Known, read_value
from media.source.store import SourceStore
from shared.complaints import Complaints
from shared.source_list import WeatherSource

_log = logging.getLogger("media")

_LOOK_SECONDS = 5.0
_MOST_KEY_BYTES = 1000

Get = Callable[[Job], Awaitable[Outcome]]
PREFIX = "fetched/"
"""Before a source's name, in the store."""


class Fetching:
    """The sources that are fetched; `known` is what is known of each, by name, in file order."""

    def __init__(
        self,
        store: SourceStore,
        timezone: str,
        clock: Callable[[], datetime],
        changed: Callable[[], None],
        *,
        get: Get = child_process.get,
    ) -> None:
        self.known: dict[str, Known] = {}
        self._store = store
        self._timezone = timezone
        self._clock = clock
        self._changed = changed
        self._get = get
        self._complaints = Complaints(_log)
        self._woken = asyncio.Event()

    def set(self, sources: tuple[Fetched, ...], kept: dict[str, bytes]) -> None:
        """Take these sources, and what is known of them; `kept` is of an earlier life."""
        before, self.known = self.known, {}
        for source in sources:
            mark = fingerprint(source, self._timezone)
            old = before.get(source.name)
            if old is None:
                old = self._recalled(source, kept.get(PREFIX + source.name))
            if old is None or old.kept.fingerprint != mark:
                self.known[source.name] = Known(source=source, kept=Kept(fingerprint=mark))
            elif old.source == source:
                self.known[source.name] = old
            else:  # another key, perhaps: what was refused may be granted now
                again = msgspec.structs.replace(old.kept, next_at=None, failures=0)
                self.known[source.name] = Known(source=source, kept=again, value=old.value)
        for name in before.keys() - self.known.keys():
            self._complaints.settle(f"source {name}", "is no source any more")
        self._woken.set()

    def _recalled(self, source: Fetched, row: bytes | None) -> Known | None:
        try:
            kept = msgspec.json.decode(row, type=Kept) if row else None
            if kept is None:
                return None
            return Known(source=source, kept=kept, value=read_value(source, kept.value))
        except msgspec.MsgspecError:  # of another version: it is asked anew
            return None

    def refresh(self, name: str) -> Known | None:
        """Have a source asked at once; None when there is none of that name."""
        if known := self.known.get(name):
            known.kept = msgspec.structs.replace(known.kept, next_at=None)
            known.refreshing = True
            self._woken.set()
        return known

    async def run(self) -> None:
        """Ask those whose time has come, until cancelled."""
        while True:
            self._woken.clear()
            due = [each for each in self.known.values() if is_due(each.kept, self._clock())]
            due.sort(key=lambda each: not each.refreshing)
            if due:
                await self._ask(due[0])
                continue
            # Not until the next is due: the wall clock may be set while we wait
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_SECONDS if self.known else None):
                    await self._woken.wait()

    async def _ask(self, known: Known) -> None:
        source = known.source
        known.refreshing = True
        try:
            key = await asyncio.to_thread(_key, source)
            now = self._clock()
            outcome = await self._get(job(source, known.kept, key, self._timezone, now))
        except OSError as error:
            outcome = Outcome(
                status="error", error=f"its key_file cannot be read ({error.strerror})"
            )
        value = known.value
        if outcome.status == "new":
            try:
                value = read_value(source, outcome.value)
            except msgspec.MsgspecError as error:
                outcome = Outcome(status="error", error=f"holds what has no place ({error})")
        if self.known.get(source.name) is not known:
            return  # the file was changed meanwhile
        before = bytes(known.kept.value)
        now = self._clock()
        interval = timedelta(minutes=source.interval_minutes)
        # Random for its spread alone
        kept = after(known.kept, outcome, now, interval, random.random())  # noqa: S311
        known.kept, known.value, known.refreshing = kept, value, False
        self._tell(source, kept)
        await self._store.save({PREFIX + source.name: msgspec.json.encode(kept)})
        if outcome.status == "error" or bytes(kept.value) != before:
            self._changed()

    def _tell(self, source: Fetched, kept: Kept) -> None:
        subject = f"source {source.name}"
        if kept.error is None:
            self._complaints.settle(subject, "came again")
        else:
            self._complaints.say(subject, kept.error)
        if kept.note and kept.error is None:
            self._complaints.say(f"{subject} (in part)", kept.note)


def _key(source: Fetched) -> str:
    """Return the key of a provider of weather, "" where there is none; OSError."""
    if not isinstance(source, WeatherSource):
        return ""
    if source.key_file is None:
        return source.key or ""
    try:
        with Path(source.key_file).open("rb") as file:
            return file.read(_MOST_KEY_BYTES).decode().strip()
    except UnicodeDecodeError:
        raise OSError(0, "is no text") from None
