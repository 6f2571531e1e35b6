"""The sessions of a bridge: begun, resumed, replaced, left, over."""

import logging
import secrets
from collections.abc import Callable

from ws_bridge.relay.line import DeviceLine
from ws_bridge.relay.message import Form
from ws_bridge.relay.presence import Presence
from ws_bridge.relay.rights import NotAllowedError, Rights
from ws_bridge.relay.session import Asked, Session
from ws_bridge.relay.source import Source
from ws_bridge.relay.spread import Spread
from ws_bridge.relay.words import Resume, error_frame, frame

log = logging.getLogger("ws-bridge")

RESUME_SECONDS = 60.0
BEHIND_SECONDS = 30.0
MOST_STRANGERS = 2000
"""Sessions without a token and a connection; a device has one, strangers as many as they like."""


class Sessions:
    """All of them, with or without a connection; `clock` tells the time in seconds."""

    def __init__(
        self,
        spread: Spread,
        source: Source,
        bridge: str,
        clock: Callable[[], float],
    ) -> None:
        self._spread, self._source, self._clock = spread, source, clock
        self.presence = Presence(bridge, self._replace)
        self._by_id: dict[str, Session] = {}
        self._by_device: dict[str, Session] = {}
        self._strangers: dict[Session, None] = {}  # who may come back, the first to have gone first
        self.dropped = 0
        """Events that ended sessions did not get."""

    def __len__(self) -> int:
        return len(self._by_id)

    def enter(
        self, line: DeviceLine, rights: Rights, form: Form, resume: Resume | None
    ) -> tuple[Session, bool]:
        """Return the session of a connection, and whether it is one that goes on."""
        before = self._by_device.get(rights.device) if rights.device else None
        if before is not None and before.writer is not None:
            before.writer.goodbye(4409, "replaced", "the same device has connected again")
        found = self._by_id.get(resume.session) if resume else None
        if found is None or resume is None or not self._goes_on(found, rights, resume.sequence):
            if before is not None:
                self.end(before)
            session = Session(secrets.token_hex(8), rights, form, self._clock())
            session.told = self._spread.sequence
            self._by_id[session.identifier] = session
            if rights.device:
                self._by_device[rights.device] = session
            resumed = False
        else:
            session, resumed = found, True
            self._go_on(session, form, resume.sequence)
        line.set_timer(None)
        line.session, session.writer = session, line
        self.presence.arrive(session)
        return session, resumed

    def _goes_on(self, session: Session, rights: Rights, sequence: int) -> bool:
        lost = session.cohort.lost if session.cohort is not None else 0
        return (
            session.rights.device == rights.device
            and session.writer is None
            and lost <= sequence <= self._spread.sequence
        )

    def _go_on(self, session: Session, form: Form, sequence: int) -> None:
        """Let a session be told what is newer than `sequence`, in another form perhaps."""
        self._strangers.pop(session, None)
        self._spread.displace(session)
        session.form = form
        session.told, session.given_up, session.is_resuming = sequence, 0, True
        session.replay.clear()
        if session.asked:
            self._spread.place(session)
            # Their retained values came before anything new: it may not have got those either
            fresh = [asked for asked in session.asked.values() if asked.since >= sequence]
            if fresh:
                self._spread.replay(session, fresh, b"")

    def _replace(self, session: Session) -> None:
        """End a session whose device is connected to another copy of the bridge."""
        if session.writer is not None:
            session.writer.goodbye(4409, "replaced", "the same device has connected elsewhere")
        self.end(session)

    def leave(self, line: DeviceLine) -> None:
        """Keep what a connection that ends leaves behind, for a while."""
        session = line.session
        if session is None or session.writer is not line:
            return
        self._spread.step_out(session)
        session.writer = None
        session.behind_since = None
        session.since = self._clock()
        self.presence.leave(session, line.why)
        if not session.rights.device:
            self._strangers[session] = None
            if len(self._strangers) > MOST_STRANGERS:
                self.end(next(iter(self._strangers)))

    def end(self, session: Session) -> None:
        """Forget a session."""
        if self._by_id.pop(session.identifier, None) is None:
            return
        if self._by_device.get(session.rights.device) is session:
            del self._by_device[session.rights.device]
        self._strangers.pop(session, None)
        self._source.unwant(session.feeds())
        self._spread.displace(session)
        self.dropped += session.dropped

    def of_device(self, device: str) -> Session | None:
        """Return the session of a device."""
        return self._by_device.get(device)

    def ask(
        self, session: Session, texts: list[str]
    ) -> tuple[list[Asked], list[tuple[str, NotAllowedError]]]:
        """Let a session have filters; return them, and those that it may not have with why."""
        before = session.feeds()
        asked, refused = [], []
        for text in texts:
            try:
                asked.append(session.ask(text, self._spread.sequence))
            except NotAllowedError as error:
                refused.append((text, error))
        self._source.want(session.feeds() - before)
        return asked, refused

    def drop(self, session: Session, texts: list[str]) -> int:
        """Take filters from a session; return how many it had."""
        before = session.feeds()
        count = sum(session.asked.pop(text, None) is not None for text in texts)
        self._source.unwant(before - session.feeds())
        return count

    def restrict(self, session: Session, rights: Rights) -> None:
        """Give a session other rights, and tell it which filters they end."""
        before = session.feeds()
        self._spread.displace(session)
        ended = list(session.restrict(rights))
        self._source.want(session.feeds() - before)
        self._source.unwant(before - session.feeds())
        if session.asked:
            self._spread.place(session)
        if session.writer is not None:
            for text, error in ended:
                session.writer.write(error_frame(error.code, str(error), filter=text))
            self._spread.catch_up(session)

    def expire(self) -> None:
        """End who has been away, or behind, for too long."""
        now = self._clock()
        for session in list(self._by_id.values()):
            line = session.writer
            if line is None:
                if now - session.since > RESUME_SECONDS:
                    self.end(session)
            elif now - (session.behind_since or now) >= BEHIND_SECONDS:
                log.warning(
                    "relay: %s reads too slowly, cut off", session.rights.device or "somebody"
                )
                line.goodbye(4413, "behind", "it read too slowly for 30 s")

    def total_dropped(self) -> int:
        """Return how many events all sessions did not get."""
        return self.dropped + sum(session.dropped for session in self._by_id.values())


def welcome(session: Session, spread: Spread, bridge: str, *, resumed: bool) -> bytes:
    """Return the frame that greets a device."""
    form = session.form
    return frame(
        {
            "welcome": 1,
            "session": session.identifier,
            "resumed": resumed,
            "sequence": spread.sequence,
            "hub": bridge,
            "limits": {
                "text_bytes": form.text_bytes,
                "binary_bytes": form.binary_bytes,
                "message_bytes": 65536,
                "filters": 64,
                "ping_seconds": 20,
                "behind_seconds": int(BEHIND_SECONDS),
                "resume_seconds": int(RESUME_SECONDS),
            },
        }
    )
