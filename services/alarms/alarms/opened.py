"""A session that is in memory: as it is, as it is stored, as it was told. Pure."""

from datetime import datetime

from alarms.session import Instant, Session, view
from shared.payloads import ClockSession


class Opened:
    """`kept` is what is known to be on the disk, written there on `day`; None: that is unknown."""

    def __init__(
        self, session: Session, at: Instant, *, kept: Session | None, day: int = 0
    ) -> None:
        self.session = kept if kept == session else session
        self.kept = kept
        self.day = day
        self.told: ClockSession | None = None
        self.state: ClockSession
        self.moment: datetime | None
        self.state, self.moment = view(session, at)

    @property
    def is_unkept(self) -> bool:
        """Whether the disk may have another one."""
        return self.kept is not self.session

    def become(self, session: Session, at: Instant) -> None:
        """Take over what was done with it."""
        if session != self.session:
            self.session = session
        self._look(at)

    def _look(self, at: Instant) -> None:
        state, self.moment = view(self.session, at)
        if state != self.state:  # else it stays the one that was told
            self.state = state
