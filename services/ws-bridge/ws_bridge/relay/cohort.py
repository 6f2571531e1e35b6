"""Devices that get the very same bytes: what waits for them is put together once. Pure."""

from shared.filters import Levels, matches
from ws_bridge.multicast import Multicast
from ws_bridge.relay.catalog import Feed
from ws_bridge.relay.message import Form, Message
from ws_bridge.relay.session import Session, Writer

Key = tuple[Form, frozenset[Feed]]


class Cohort:
    """The sessions of one form with the same filters, and the `writers` of those in step."""

    def __init__(self, key: Key) -> None:
        self.key = key
        self.form, self.feeds = key
        self.sessions: dict[Session, None] = {}
        self.waiting: list[bytes] = []
        self.waiting_bytes = 0
        self.waiting_from = 0
        """The number of the first message that waits."""
        self.lost = 0
        """The number of the newest event of theirs that is no longer kept."""
        self.writers: Multicast[Writer] = Multicast()

    def wants(self, name: Levels) -> bool:
        """Tell whether a topic is for these sessions."""
        return any(matches(feed.levels, name) for feed in self.feeds)

    def put(self, message: Message) -> None:
        """Let a message wait for the next write."""
        frames = message.frames(self.form)
        if not self.waiting:
            self.waiting_from = message.sequence
        self.waiting.append(frames)
        self.waiting_bytes += len(frames)

    def flush(self) -> None:
        """Write what waits: once for each session."""
        if not self.waiting:
            return
        together = self.waiting[0] if len(self.waiting) == 1 else b"".join(self.waiting)
        self.waiting = []
        self.waiting_bytes = 0
        self.writers.write(together)

    def lose(self, event: Message) -> None:
        """Note that an event is kept no longer, for those that were not told it."""
        self.lost = event.sequence
        if len(self.writers) == len(self.sessions):
            return
        for session in self.sessions:
            waits = session.writer is not None and not session.in_step
            if waits and event.sequence > session.given_up and session.missing([event]):
                session.drop(1)

    def step_in(self, session: Session) -> None:
        """Write to a session too from now on; nothing may wait at this moment."""
        assert session.writer is not None  # noqa: S101 - without one there is no step
        session.in_step = True
        self.writers.add(session.writer)

    def step_out(self, session: Session, told: int) -> None:
        """Write to a session no longer; it was told all up to the number `told`."""
        assert session.writer is not None  # noqa: S101 - as above
        session.in_step = False
        session.told = told
        self.writers.remove(session.writer)
