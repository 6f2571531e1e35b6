"""From the broker's messages to the devices' sockets: numbered, put together, written. Pure.

A device that reads slowly, has just come or was away is out of step. It has no queue: what it
lacks is found in the archive by the number up to which it was told everything, and written until
its socket is full; when that has room again, the rest is found anew, of states the newest.
"""

from collections.abc import Callable, Iterable

import msgspec

from ws_bridge.relay.archive import Events, States
from ws_bridge.relay.catalog import Kind
from ws_bridge.relay.cohort import Cohort, Key
from ws_bridge.relay.message import Message
from ws_bridge.relay.session import Asked, Session, Writer
from ws_bridge.wire import text_frame

BURST_SECONDS = 0.002
_BURST_GAP_SECONDS = 0.0005
MOST_WAITING_BYTES = 131072
_MOST_ROUTES = 4096


class Spread:
    """All sessions of the bridge; `later` is to call `flush` at that time of the clock."""

    def __init__(self, later: Callable[[float], object]) -> None:
        self.sequence = 0
        self.states = States()
        self.events = Events()
        self._later = later
        self._cohorts: dict[Key, Cohort] = {}
        self._routes: dict[str, tuple[Cohort, ...]] = {}
        self._dirty: dict[Cohort, None] = {}
        self._settled_at = self._flushed_at = 0.0
        self._come = 0
        self._is_planned = False

    # --- messages ---

    def take(self, kind: Kind, name: str, payload: bytes, now: float) -> None:
        """Take a message, to be written with all that came with it (`now` in seconds)."""
        self.sequence += 1
        self._come += 1
        message = Message(kind, name, payload, self.sequence)
        if kind.is_state:
            self.states.put(message)
        else:
            self._forget(self.events.put(message, now))
        for cohort in self._route(name):
            if cohort.writers:
                cohort.put(message)
                self._dirty[cohort] = None
                if cohort.waiting_bytes > MOST_WAITING_BYTES:
                    cohort.flush()

    def settle(self, now: float) -> None:
        """Write what has come together, `now` in seconds; in a burst 2 ms after the last write."""
        is_alone = self._come == 1 and now - self._settled_at >= _BURST_GAP_SECONDS
        self._come, self._settled_at = 0, now
        if self._is_planned or not self._dirty:
            return
        due = self._flushed_at + BURST_SECONDS
        if is_alone or now >= due:
            self.flush(now)
        else:
            self._is_planned = True
            self._later(due)

    def flush(self, now: float) -> None:
        """Write all that waits (`now` in seconds)."""
        self._is_planned = False
        self._flushed_at = now
        dirty, self._dirty = self._dirty, {}
        for cohort in dirty:
            cohort.flush()

    def expire(self, now: float) -> None:
        """Forget events that have grown old."""
        self._forget(self.events.expire(now))

    def _forget(self, events: Iterable[Message]) -> None:
        for event in events:
            for cohort in self._route(event.name):
                cohort.lose(event)

    def _route(self, name: str) -> tuple[Cohort, ...]:
        found = self._routes.get(name)
        if found is None:
            if len(self._routes) >= _MOST_ROUTES:
                self._routes.clear()
            levels = tuple(name.split("/"))
            found = tuple(each for each in self._cohorts.values() if each.wants(levels))
            self._routes[name] = found
        return found

    # --- sessions ---

    def place(self, session: Session) -> None:
        """Put a session into the cohort of its form and filters, out of step."""
        key = (session.form, session.feeds())
        cohort = self._cohorts.get(key)
        if cohort is None:
            cohort = self._cohorts[key] = Cohort(key)
            self._routes.clear()
        cohort.sessions[session] = None
        session.cohort = cohort

    def displace(self, session: Session) -> None:
        """Take a session out of its cohort: it goes, or its filters or its form will change."""
        cohort = session.cohort
        if cohort is None:
            return
        self.step_out(session)
        session.cohort = None
        del cohort.sessions[session]
        if not cohort.sessions:
            del self._cohorts[cohort.key]
            self._dirty.pop(cohort, None)
            self._routes.clear()

    def step_out(self, session: Session) -> None:
        """Write no longer to a session, which may be full or gone."""
        cohort = session.cohort
        if cohort is not None and session.in_step:
            cohort.flush()
            if session.in_step:  # else that has filled it
                cohort.step_out(session, self.sequence)

    def fill(self, session: Session) -> None:
        """Note that a session's socket took its last write and is full."""
        cohort = session.cohort
        if cohort is not None and session.in_step:
            # Unless something waits yet, the write had all of it
            told = cohort.waiting_from - 1 if cohort.waiting else self.sequence
            cohort.step_out(session, told)

    def replay(self, session: Session, asked: list[Asked], end: bytes) -> None:
        """Let a session get the retained values of filters, and `end` after them."""
        filters = {feed.levels for each in asked for feed in each.feeds}
        session.replay.extend(self.states.matching(filters))
        session.replay.append(end)

    def catch_up(self, session: Session) -> None:
        """Write what a session lacks until its socket is full, or it is in step."""
        writer, cohort = session.writer, session.cohort
        if writer is None or cohort is None or session.in_step or _is_full(writer):
            return
        while session.replay:
            item = session.replay.popleft()
            if isinstance(item, bytes):
                writer.write(item)
            elif self.states.get(item.name) is item:  # else the newer one follows
                writer.write(item.frames(session.form, retained=True))
            if _is_full(writer):
                return
        cohort.flush()
        events = session.bound(session.missing(self.events.after(session.told)))
        states = session.missing(self.states.after(session.told))
        if session.dropped_untold:
            told = msgspec.json.encode({"dropped": session.dropped_untold})
            session.dropped_untold = 0
            writer.write(text_frame(told))
        for message in sorted([*events, *states], key=lambda each: each.sequence):
            writer.write(message.frames(session.form))
            session.told = message.sequence
            if _is_full(writer):
                return
        session.told = self.sequence
        session.is_resuming = False
        if not _is_full(writer):
            session.behind_since = None
            cohort.step_in(session)


def _is_full(writer: Writer) -> bool:
    """Tell whether the last write was one too many."""
    return writer.is_full
