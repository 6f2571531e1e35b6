"""What is asked of the sessions in one turn: a draft of them, and an answer to each. Pure."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from alarms.holdings import Holdings
from alarms.requests import Ask
from alarms.session import Instant, Session, SessionError
from alarms.session_requests import obey
from shared.payloads import Response

UNSTORED = "it could not be stored, so it was not done; is the disk full?"
TOO_MANY = "there are too many sessions; no other can be made"
BUSY = "too much is asked at once; try again later"
UNREADABLE = "the sessions cannot be read just now; try again later"
_TOO_MANY_HELD = "too many sessions are in use; try again later"
_UNKNOWN = "there is no such session"


class Asked(NamedTuple):
    """A request that waits."""

    verb: str
    ask: Ask


class Seen(NamedTuple):
    """A holder that came or went."""

    holder: str
    online: bool


class Turn:
    """`known` are the sessions by hash as they are, without those of `unread`.

    `elapsed` is the time in seconds of a clock that is never set.
    """

    def __init__(
        self,
        known: Mapping[str, Session],
        unread: set[str],
        holdings: Holdings,
        at: Instant,
        elapsed: float,
    ) -> None:
        self._known = known
        self._unread = unread
        self._holdings = holdings
        self._at = at
        self._elapsed = elapsed
        self.draft: dict[str, Session | None] = {}
        """As they are when it is stored; None: ended."""
        self.let_go: set[str] = set()
        """Those whose holder has gone."""

    def answer(self, waiting: Iterable[Asked | Seen]) -> list[tuple[Asked, Response]]:
        """Do in the draft what is asked, and return the answers; who holds what counts at once."""
        answers = []
        for each in waiting:
            if isinstance(each, Seen):
                self.let_go |= self._holdings.see(each.holder, online=each.online)
                continue
            try:
                response = Response(status="ok", data=self._do(each.verb, each.ask))
            except SessionError as error:
                response = Response(status="error", error=str(error))
            answers.append((each, response))
        return answers

    def _do(self, verb: str, ask: Ask) -> object:
        if ask.problem:
            raise SessionError(ask.problem)
        own, holder = ask.fields["session"], ask.fields["holder"]
        if verb == "close":
            self._holdings.release(own, holder)
            return None
        if own in self._unread:
            raise SessionError(UNREADABLE)
        session = self.draft[own] if own in self.draft else self._known.get(own)
        if verb == "end":
            self._holdings.end(own)
            self.draft[own] = None
            return None
        if session is None and verb != "open":
            raise SessionError(_UNKNOWN)
        if session is None and ask.fields["resume"]:
            return {"known": False}
        # Whoever uses it holds it, also when we have forgotten that
        if not self._holdings.hold(own, holder, self._elapsed):
            raise SessionError(_TOO_MANY_HELD)
        if session is None:
            self.draft[own] = Session()
            return {"known": False}
        if verb == "open":
            return {"known": True}
        self.draft[own], data = obey(session, verb, ask, self._at)
        return data
