"""The engine and its surroundings: what comes in is done, stored, then told, one at a time."""

import asyncio
import logging
from collections.abc import Callable

from alarms.alarm_file import AlarmFile, WriteError
from alarms.alarm_text import AlarmText
from alarms.clock import Clock
from alarms.definition import EntryError
from alarms.edit import update
from alarms.engine import Engine
from alarms.notices import Notices
from alarms.requests import Word
from alarms.roster import read_roster
from alarms.store import Store
from shared.complaints import Complaints
from shared.payloads import AudioFormat
from shared.zone import HubZone

_log = logging.getLogger("alarms")

_LOOK_SECONDS = 1.0  # how long a step of the clock, or a broker that is back, may go unnoticed


class AlarmClock:
    """Runs the alarms of `file`; `reachable` tells whether the broker is there."""

    def __init__(
        self,
        engine: Engine,
        notices: Notices,
        store: Store,
        file: AlarmFile,
        *,
        clock: Clock,
        zone: HubZone,
        reachable: Callable[[], bool],
    ) -> None:
        self.engine = engine
        self._notices = notices
        self._store = store
        self._file = file
        self._clock = clock
        self._zone = zone
        self._reachable = reachable
        self._complaints = Complaints(_log)
        self._refused: set[str] = set()
        self._text: AlarmText | None = None
        self._zone_seen = zone.read()
        self._format: AudioFormat | None = None
        self._media: dict[str, bool] = {}
        self._spent: set[str] = set()
        self._turn = asyncio.Lock()
        self._changed = asyncio.Event()

    async def begin(self) -> None:
        """Read the alarms for the first time."""
        self.engine.clock_set = self._clock.is_set()
        await self.look()
        async with self._turn:
            if self._text is None:
                self.engine.define([], self._clock.now(), self._zone_seen)
            await self._settle(always=True)

    async def look(self) -> None:
        """Take over what has changed in the file or in the host's time zone."""
        text, zone = await self._file.look(), self._zone.read()
        if text is not None or zone is not self._zone_seen:
            self._zone_seen = zone
            await self._define(text or self._text, keep=text is not None)
        while self._spent:
            await self._disable(self._spent.pop())

    async def _disable(self, own: str) -> None:
        """Write into the file that an alarm which rings once is over."""
        if own in self.engine.definitions:
            try:
                await self.change(lambda text: update(text, own, {"enabled": False}))
            except (EntryError, WriteError) as error:
                self._complaints.say(own, f"has rung once, which its file does not say: {error}")

    async def change(self, edit: Callable[[AlarmText], AlarmText]) -> None:
        """Change the file, and take it over; EntryError, WriteError."""
        await self._define(await self._file.change(edit), keep=True)

    async def _define(self, text: AlarmText | None, *, keep: bool) -> None:
        if text is None:
            return
        roster = read_roster(text.entries)
        async with self._turn:
            self._text = text
            for called in self._refused - roster.refused.keys():
                self._complaints.settle(called, "refused no longer")
            for called, problem in roster.refused.items():
                self._complaints.say(called, f"refused, {problem}")
            self._refused = set(roster.refused)
            self.engine.define(roster.definitions, self._clock.now(), self._zone_seen)
            await self._settle(always=True, file=text.text if keep else None)

    async def keep_time(self) -> None:
        """Do what is due, at its moment, until cancelled."""
        while True:
            await self.tick()
            moment, now = self.engine.next_moment(), self._clock.now()
            seconds = _LOOK_SECONDS
            if moment is not None and moment > now:
                seconds = min(seconds, (moment - now).total_seconds())
            try:
                async with asyncio.timeout(seconds):
                    await self._changed.wait()
            except TimeoutError:
                pass
            self._changed.clear()

    async def tick(self) -> None:
        """Do what is due now."""
        async with self._turn:
            was_set = self.engine.clock_set
            step = self._clock.step()
            if step and was_set:
                _log.info("the clock was set by %.1f s", step.total_seconds())
                self.engine.step(step)
            self.engine.clock_set = self._clock.is_set()
            self._hear()
            self.engine.tick(self._clock.now(), held=not self._reachable())
            await self._settle(always=was_set != self.engine.clock_set)

    async def obey(self, own: str, word: Word) -> None:
        """Do what a word says; what makes no sense is said in the log."""
        if own not in self.engine.definitions:
            self._complaints.say(own, f"no such alarm, {word} ignored")
            return
        if word in {"enable", "disable"}:
            await self.change(lambda text: update(text, own, {"enabled": word == "enable"}))
            return
        async with self._turn:
            engine, now = self.engine, self._clock.now()
            if own not in engine.definitions:
                return
            why_not = None
            if word == "dismiss":
                engine.dismiss(own, now)
            elif word == "unskip":
                engine.unskip(own, now)
            elif word == "snooze":
                why_not = engine.snooze(own, now)
            elif word == "skip":
                why_not = engine.skip(own, now)
            elif word == "test":
                why_not = engine.test(own, now)
            if why_not:
                _log.info("%s: %s ignored, %s", own, word, why_not)
            await self._settle()

    async def hear(self, heard: AudioFormat | None) -> None:
        """Note what the stream of alarms carries now."""
        self._format = heard
        self._hear()
        if heard and heard.state == "idle" and heard.alarm and heard.ring is not None:
            async with self._turn:
                self.engine.played(heard.alarm, heard.ring, self._clock.now())
                await self._settle()

    def see_media(self, node: str, *, online: bool) -> None:
        """Note whether the service that plays runs on a node."""
        self._media[node] = online

    def _hear(self) -> None:
        """Tell the engine; a player that has died, or cannot be seen, plays nothing."""
        heard = self._format
        gone = not self._reachable() or (self._media and not any(self._media.values()))
        if heard is None or gone or heard.state == "idle":
            self.engine.hear(None, 0)
        else:
            self.engine.hear(heard.ring, heard.listeners)

    async def _settle(self, *, always: bool = False, file: str | None = None) -> None:
        """Store what has changed, then tell it: what was told once must not be forgotten."""
        changes = self.engine.take()
        self._spent.update(changes.spent)
        if changes.memories or changes.events or always:
            await self._store.save(changes.memories, file)
            self._notices.tell(changes.events)
            self._changed.set()
