"""The endpoint of `[art]` for one run of a job: asked by a child, within the day's budget."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

import msgspec
from msgspec.structs import replace

from media.art.ask import Ask, Reply
from media.art.store import ArtStore
from media.child_process import ChildError, ask
from media.job.job import JobError, SkipError
from media.source.file import understood
from shared.source_list import MOST_BYTES, ArtSource

_MOST_KEY_BYTES = 500
_CHILD_SECONDS = 60.0  # beside what it waits for the endpoint
_MOST_WAIT_SECONDS = 86_400.0


class Endpoint:
    """Asks for one thing at a time. `now` is in the house's zone, whose days count."""

    def __init__(
        self, sources: Path, store: ArtStore, clock: Callable[[], datetime], zone: tzinfo
    ) -> None:
        self._sources = sources
        self._store = store
        self._clock = clock
        self._zone = zone
        self._wait_until: datetime | None = None
        self._objects_only: set[tuple[str, str]] = set()

    @property
    def now(self) -> datetime:
        """The moment, in the house's zone."""
        return self._clock().astimezone(self._zone)

    @property
    def _day(self) -> str:
        return self.now.date().isoformat()

    async def settings(self) -> ArtSource:
        """Return `[art]` as it is now; SkipError where it is off, JobError where it is wrong."""
        found = await asyncio.to_thread(_settings, self._sources)
        if self._wait_until is not None and self.now < self._wait_until:
            until = self._wait_until.astimezone(self._zone)
            raise SkipError(f"the endpoint has asked to wait until {until:%H:%M}")
        return found

    async def need_budget(self, settings: ArtSource) -> None:
        """SkipError when nothing may be asked any more today."""
        if (await self._store.day(self._day)).calls >= settings.daily_calls:
            raise SkipError(f"nothing is asked any more today: {await self.told(settings)}")

    async def told(self, settings: ArtSource) -> str:
        """Return how much of the day's budget is used up, in words."""
        day = await self._store.day(self._day)
        vain = f", {day.failures} in vain" if day.failures else ""
        return f"{day.calls} of {settings.daily_calls} calls today{vain}"

    async def count_failure(self) -> None:
        """Count a call as in vain whose answer is of no use."""
        await self._store.fail(self._day)

    async def call(self, settings: ArtSource, wanted: Ask) -> Reply | None:
        """Return what becomes of a call; None when the day's budget is used up."""
        known = (settings.url, wanted.model)
        if known in self._objects_only:
            wanted = replace(wanted, form="json_object")
        reply = await self._call(settings, wanted)
        if reply is None or reply.fault != "form":
            return reply
        again = await self._call(settings, replace(wanted, form="json_object"))
        if again is not None and not again.error:
            self._objects_only.add(known)
        return again

    async def _call(self, settings: ArtSource, wanted: Ask) -> Reply | None:
        day, key = self._day, await asyncio.to_thread(_key, settings)
        # Counted first: a call that a power cut interrupts is paid all the same
        if not await self._store.spend(day, settings.daily_calls):
            return None
        wanted = replace(
            wanted,
            url=settings.url,
            key=key,
            image_url_as=settings.image_url_as,
            wait_seconds=settings.wait_seconds,
        )
        # An answer may come bit by bit as long again, and then be an address to ask at
        seconds = 3 * settings.wait_seconds + _CHILD_SECONDS
        try:
            raw = await ask("media.art.child", msgspec.json.encode(wanted), most_seconds=seconds)
            reply = msgspec.json.decode(raw, type=Reply)
        except (ChildError, msgspec.MsgspecError) as error:
            reply = Reply(error=f"the child has failed ({error})", fault="photo")
        if not reply.asked:
            await self._store.unspend(day)
        elif reply.error:
            await self._store.fail(day)
        if reply.fault == "wait" and reply.retry_after_seconds:
            seconds = min(reply.retry_after_seconds, _MOST_WAIT_SECONDS)
            self._wait_until = self.now + timedelta(seconds=seconds)
        return reply


def _settings(path: Path) -> ArtSource:
    try:
        raw = path.read_bytes()[: MOST_BYTES + 1]
    except FileNotFoundError:
        raise SkipError(f"off: there is no {path}, and so no [art] in it") from None
    except OSError as error:
        raise JobError(f"{path} cannot be read ({error.strerror})") from None
    found = understood(raw)
    if isinstance(found, list):
        raise JobError(f"{path}: {'; '.join(found[:3])}")
    if found.art is None:
        raise SkipError(f"off: there is no [art] in {path}")
    if found.art.needs_key:
        raise SkipError(f"off: [art] in {path} has neither key nor key_file, nor a url of its own")
    return found.art


def _key(settings: ArtSource) -> str:
    if settings.key_file is None:
        return settings.key or ""
    try:
        with Path(settings.key_file).open("rb") as file:
            return file.read(_MOST_KEY_BYTES).decode("ascii").strip()
    except OSError as error:
        raise JobError(f"the key_file of [art] cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise JobError("the key_file of [art] holds no key") from None
