"""All that dashboards show, as one: what the file names, and what is known of it."""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from media.source import shown
from media.source.facts import Snapshot
from media.source.fetching import PREFIX, Fetching
from media.source.file import SourceFile, understood
from media.source.host import HostListener, HostMemory
from media.source.kept import block_of
from media.source.next_alarm import AlarmListener
from media.source.store import SourceStore
from media.source.topic_values import Said, TopicListener
from shared.errors import PayloadError
from shared.mqtt import Mqtt
from shared.source_list import SourceList

_LOOK_SECONDS = 3.0
_SAVE_SECONDS = 600.0  # of what was heard, which is lost at worst; an SD card wears out
_LAST_SECONDS = 0.4
_FILE, _HEARD = "file", "heard"


class _Heard(Struct, kw_only=True):
    """What is kept of what was heard on topics."""

    host: HostMemory
    values: dict[str, Said] = {}


class Sources:
    """Everything that dashboards show; `run` must run for anything to be known.

    Without a file there is nothing but the next alarm.
    """

    def __init__(
        self,
        mqtt: Mqtt,
        *,
        path: Path,
        store: SourceStore,
        node: str,
        timezone: str,
        zone: tzinfo,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.file = SourceFile(path)
        self._store = store
        self._node = node
        self._zone = zone
        self._clock = clock
        self.looked = asyncio.Event()
        """Set when the file has been looked at; before, sources are those of an earlier life."""
        self._watchers: list[asyncio.Event] = []
        self._list = SourceList()
        self._wants_host = False
        self._kept: dict[str, bytes] = {}
        self._heard = _Heard(host=HostMemory())
        self._fetching = Fetching(store, timezone, clock, self._change)
        self._host = HostListener(mqtt, self._change)
        self._alarms = AlarmListener(mqtt, self._change)
        self._topics = TopicListener(mqtt, clock, self._change)

    def watch(self) -> asyncio.Event:
        """Return an event of the caller's own, which is set whenever a snapshot would be another.

        A host's readings set it once a minute. What only grows older does not set it.
        """
        event = asyncio.Event()
        self._watchers.append(event)
        return event

    def use_host(self) -> None:
        """Follow this host although the file does not name it: some display shows it."""
        self._wants_host = True
        self._follow()

    def snapshot(self, now: datetime | None = None, zone: tzinfo | None = None) -> Snapshot:
        """Return all that is known at `now`, in the house's zone or another."""
        now = (now or self._clock()).astimezone(zone or self._zone)
        by_block: dict[str, list[shown.Known]] = {}
        for known in self._fetching.known.values():
            by_block.setdefault(block_of(known.source), []).append(known)
        return Snapshot(
            at=now,
            weather=shown.weather(by_block["weather"][0], now) if "weather" in by_block else None,
            agenda=shown.agenda(by_block["calendar"], now) if "calendar" in by_block else None,
            news=shown.news(by_block["news"], now) if "news" in by_block else None,
            host=self._host.block(now),
            alarm=self._alarms.alarm(now),
            values=self._topics.values(now),
        )

    def listed(self) -> list[dict[str, Any]]:
        """Return how each source does, for the operator; no address and no key is in it."""
        now = self._clock().astimezone(self._zone)
        rows = [shown.row(known, now) for known in self._fetching.known.values()]
        if host := self._host.block(now):
            minutes = host.value.minutes if host.value else ()
            known = sum(minute.memory_used_bytes is not None for minute in minutes)
            text = f"{known} of {len(minutes)} minutes" if minutes else ""
            rows.append(shown.heard_row(f"host {self._host.node}", "host", host.age, text))
        for name, value in self._topics.values(now).items():
            rows.append(shown.heard_row(name, "topic", value.age, value.text))
        return rows

    def refresh(self, name: str) -> dict[str, Any]:
        """Ask for a source at once; PayloadError."""
        known = self._fetching.refresh(name)
        if known is None:
            there = ", ".join(self._fetching.known) or "none"
            raise PayloadError(f"no source {name[:60]} that is fetched; there are: {there}")
        return shown.row(known, self._clock().astimezone(self._zone))

    async def run(self) -> None:
        """Know what there is to know, until cancelled."""
        self._kept = await self._store.read()
        self._recall()
        self._alarms.follow()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._follow_file(), name="follow sources.toml")
                tasks.create_task(self._fetching.run(), name="fetch sources")
                tasks.create_task(self._save_heard(), name="keep what was heard")
        finally:
            if self._host.node or self._topics.said:
                saving = asyncio.ensure_future(self._save())
                await asyncio.wait([saving], timeout=_LAST_SECONDS)

    def _recall(self) -> None:
        """Begin with what an earlier life knew, also while the file is broken."""
        with contextlib.suppress(msgspec.MsgspecError):  # nothing, or of another version
            self._heard = msgspec.json.decode(self._kept.get(_HEARD, b""), type=_Heard)
        found = understood(self._kept.get(_FILE, b""))
        if isinstance(found, SourceList):  # else it was right for another version of us
            self._list = found
            self._follow()

    async def _follow_file(self) -> None:
        while True:
            if (found := await self.file.look()) is not None:
                self._list, raw = found
                self._follow()
                await self._forget_others(raw)
                self._change()
            self.looked.set()
            await asyncio.sleep(_LOOK_SECONDS)

    def _follow(self) -> None:
        """Be as the file says."""
        self._fetching.set(self._list.fetched, self._kept)
        host = self._list.host
        node = (host.node or self._node) if host else (self._node if self._wants_host else "")
        self._host.follow(node, self._heard.host)
        self._topics.follow(self._list.topic, self._heard.values)

    async def _forget_others(self, raw: bytes) -> None:
        """Keep the file's text, which is good, and drop what is kept of sources that are gone."""
        wanted = {PREFIX + name for name in self._fetching.known} | {_FILE, _HEARD}
        gone = self._kept.keys() - wanted
        if gone or self._kept.get(_FILE, b"") != raw:
            await self._store.save({_FILE: raw}, gone)
        self._kept = {name: row for name, row in self._kept.items() if name in wanted}
        self._kept[_FILE] = raw

    async def _save_heard(self) -> None:
        while True:
            await asyncio.sleep(_SAVE_SECONDS)
            if self._host.node or self._topics.said:
                await self._save()

    async def _save(self) -> None:
        heard = _Heard(host=self._host.memory(), values=self._topics.said)
        await self._store.save({_HEARD: msgspec.json.encode(heard)})

    def _change(self) -> None:
        for event in self._watchers:
            event.set()
