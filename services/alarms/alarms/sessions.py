"""The sessions of the clock that somebody holds: what is due and what is asked, a turn at a time.

A turn does what is due, then what was asked meanwhile, in the order in which it came; stores all
of it in one transaction, publishes the sessions, then answers. A session that nobody holds is on
the disk alone, and costs nothing until it is opened again.
"""

import asyncio
import contextlib
import logging
import time
from collections import deque
from datetime import datetime, timedelta

from msgspec.structs import replace

from alarms.clock import Clock
from alarms.holdings import Holdings
from alarms.opened import Opened
from alarms.session import Instant, Session, advance
from alarms.session_requests import read_ask
from alarms.session_store import SessionStore
from alarms.turn import BUSY, TOO_MANY, UNSTORED, Asked, Seen, Turn
from shared import topics
from shared.complaints import Complaints
from shared.mqtt import Mqtt
from shared.payloads import Response
from shared.subscription import Received
from shared.zone import HubZone

_log = logging.getLogger("alarms")

_LEAD = timedelta(seconds=0.1)  # so that a ring is known before a clock shows its second
_LOOK_SECONDS = 1.0  # how long a step of the clock may go unnoticed, while a session is held
_LEAST_SECONDS = 0.01
_LEFT_SECONDS = 5.0  # what a bridge holds it opens at once after our start
_MOST_WAITING = 1000
_MOST_AT_ONCE = 256
_MOST_HELD = 10_000
_FIRST_EXPIRY_SECONDS = 600.0
_EXPIRY_SECONDS = 86_400.0


class Sessions:
    """`days` is after how many days without use a session is deleted; 0: never."""

    def __init__(
        self, mqtt: Mqtt, store: SessionStore, *, clock: Clock, zone: HubZone, days: int
    ) -> None:
        self._mqtt = mqtt
        self._store = store
        self._clock = clock
        self._zone = zone
        self._days = days
        self._complaints = Complaints(_log)
        self._waiting: deque[Asked | Seen] = deque()
        self._wake = asyncio.Event()
        self._holdings = Holdings(_MOST_HELD)
        self._opened: dict[str, Opened] = {}
        self._left: set[str] = set()
        self._left_until = 0.0
        self._connects = 0
        self._before: Instant | None = None
        self._touched: set[str] = set()
        self._soonest: datetime | None = None

    def follow(self) -> None:
        """Take requests, and look at our own retained topics and at who is there."""
        self._mqtt.subscribe(topics.CLOCK_REQUEST.unread(), self._take_request)
        # Unread: what an older version has left is cleared in the same way
        self._mqtt.subscribe(topics.CLOCK_SESSION.unread(qos=0), self._see_state)
        self._mqtt.subscribe(topics.AVAILABILITY, self._see_holder)

    def _take_request(self, received: Received[bytes]) -> None:
        verb = received.levels["verb"]
        if received.retained:
            self._complaints.say(f"clock {verb}", "retained request ignored; publish it without")
            return
        ask = read_ask(verb, received.payload or b"")
        if len(self._waiting) >= _MOST_WAITING:
            self._answer(Asked(verb, ask), Response(status="error", error=BUSY))
            return
        self._waiting.append(Asked(verb, ask))
        self._wake.set()

    def _see_state(self, received: Received[bytes]) -> None:
        own = received.levels["hash"]
        if received.payload and own not in self._opened and own not in self._left:
            if not self._left:
                self._left_until = time.monotonic() + _LEFT_SECONDS
                self._wake.set()
            self._left.add(own)

    def _see_holder(self, received: Received[str]) -> None:
        holder = f"{received.levels['node']}/{received.levels['service']}"
        seen = Seen(holder, received.payload == "online")
        with contextlib.suppress(ValueError):
            self._waiting.remove(seen)  # what came between is undone, or stands, just the same
        self._waiting.append(seen)
        self._wake.set()

    async def keep(self) -> None:
        """Take one turn after the other, until cancelled; none while there is nothing to do."""
        while True:
            self._wake.clear()
            await self._turn()
            if not self._waiting:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._pause()):
                        await self._wake.wait()

    def _pause(self) -> float | None:
        if not self._opened and not self._left:
            return None
        pause = _LOOK_SECONDS
        if self._soonest is not None and self._clock.is_set():
            now = self._clock.now() + _LEAD
            pause = min(pause, (self._soonest - now).total_seconds())
        return max(pause, _LEAST_SECONDS)

    async def _turn(self) -> None:
        count = min(len(self._waiting), _MOST_AT_ONCE)
        waiting = [self._waiting.popleft() for _ in range(count)]
        at = Instant(self._clock.now() + _LEAD, self._zone.read(), self._clock.is_set())
        self._pass_time(at)
        asked = {each.ask.fields["session"] for each in waiting
                 if isinstance(each, Asked) and not each.ask.problem}  # fmt: skip
        unread = await self._load(asked - self._opened.keys(), at)
        known = {own: self._opened[own].session for own in asked & self._opened.keys()}
        turn = Turn(known, unread, self._holdings, at, time.monotonic())
        answers = turn.answer(waiting)
        self._touched |= asked | turn.let_go
        failed = await self._commit(turn.draft, at)
        for own in self._touched:
            self._show(own)
        kept = {own for own in self._touched
                if (each := self._opened.get(own)) is None or not each.is_unkept}  # fmt: skip
        self._touched -= kept
        moments = [each.moment for each in self._opened.values() if each.moment is not None]
        self._soonest = min(moments, default=None)
        for asking, response in answers:
            why_not = failed.get(asking.ask.fields.get("session", ""))
            if why_not and response.status == "ok" and asking.verb != "close":
                response = Response(status="error", error=why_not)
            self._answer(asking, response)

    async def _load(self, wanted: set[str], at: Instant) -> set[str]:
        """Read sessions that are not in memory; return what could not be read."""
        if not wanted:
            return set()
        found = await self._store.read(wanted)
        if found is None:
            return wanted
        for own, (session, day) in found.items():
            self._opened[own] = Opened(advance(session, at), at, kept=session, day=day)
        return set()

    def _pass_time(self, at: Instant) -> None:
        """Do what is due, and note who is gone."""
        step, before = self._clock.step(), self._before
        self._before = at
        anew = bool(step) or before is None or before[1:] != at[1:]
        if before is None or before.now.date() != at.now.date():
            self._touched |= self._opened.keys()  # that they are used today is to be noted
        if anew or (self._soonest is not None and self._soonest <= at.now):
            for own, opened in list(self._opened.items()):
                if anew or (opened.moment is not None and opened.moment <= at.now):
                    opened.become(advance(opened.session, at, step), at)
                    self._touched.add(own)
                    self._show(own)
        now = time.monotonic()
        if self._mqtt.connects != self._connects:
            self._connects = self._mqtt.connects
            self._holdings.doubt(now)
        self._touched |= self._holdings.expire(now)
        if self._left and now >= self._left_until:
            for own in self._left:
                self._mqtt.clear(topics.CLOCK_SESSION, hash=own)
            self._left.clear()

    async def _commit(self, draft: dict[str, Session | None], at: Instant) -> dict[str, str]:
        """Store what has changed, and take over the draft; return why not, by hash, where not."""
        day = at.now.date().toordinal()
        changed: dict[str, Session | None] = {}
        for own in self._touched:
            each = self._opened.get(own)
            if each and (each.is_unkept or (at.clock_set and each.day != day)):
                changed[own] = each.session
        if not draft and not changed:
            return {}
        refused = await self._store.save(changed | draft, day)
        failed = dict.fromkeys(draft, UNSTORED)
        if refused is not None:
            failed = dict.fromkeys(refused, TOO_MANY)
        for own, session in (changed | draft).items():
            opened = self._opened.get(own)
            if refused is None or own in refused:
                if opened is not None:
                    opened.kept = None  # nobody knows what the disk has now
                else:
                    self._holdings.end(own)
            elif session is None:
                if opened is not None:
                    self._clear(own, self._opened.pop(own))
            elif opened is None:
                self._opened[own] = Opened(session, at, kept=session, day=day)
            else:
                if session is not opened.session:
                    opened.become(session, at)
                opened.kept, opened.day = opened.session, day
        return failed

    def _show(self, own: str) -> None:
        """Publish a session that is held; let go of one that is not, once it is stored."""
        opened = self._opened.get(own)
        if opened is not None and own in self._holdings:
            if opened.told is not opened.state:
                opened.told = opened.state
                self._left.discard(own)
                self._mqtt.publish(topics.CLOCK_SESSION, opened.state, hash=own)
        elif opened is not None:
            if opened.told is not None:
                self._clear(own, opened)
            if not opened.is_unkept:
                del self._opened[own]

    def _clear(self, own: str, opened: Opened) -> None:
        opened.told = None
        self._mqtt.clear(topics.CLOCK_SESSION, hash=own)

    def _answer(self, asked: Asked, response: Response) -> None:
        response = replace(response, transaction=asked.ask.transaction)
        self._mqtt.publish(topics.CLOCK_RESPONSE, response, verb=asked.verb)

    async def expire(self) -> None:
        """Delete what was not used for too long, once a day, until cancelled."""
        await asyncio.sleep(_FIRST_EXPIRY_SECONDS)
        while True:
            if self._days and self._clock.is_set():
                today = self._clock.now().date().toordinal()
                if count := await self._store.expire(today - self._days):
                    _log.info("%d sessions of the clock were not used for %d days and are deleted",
                              count, self._days)  # fmt: skip
            await asyncio.sleep(_EXPIRY_SECONDS)
