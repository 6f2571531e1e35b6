"""Who holds which session: bridges while they are there, others for a while. Pure.

A holder is NODE/SERVICE, as in its availability topic; times are seconds of a clock that is
never set.
"""

from collections.abc import Iterable

_MOST_HOLDERS = 16  # of one session; a home has ten bridges at most
_STRANGER_SECONDS = 600.0  # one without availability may have died and nobody would say so
_DOUBT_SECONDS = 60.0  # a bridge opens at once what it holds


class Holdings:
    """`most` is how many sessions may be held."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: dict[str, dict[str, None]] = {}
        self._online: set[str] = set()
        self._until: dict[tuple[str, str], float] = {}

    def __contains__(self, session: str) -> bool:
        return session in self._held

    def __len__(self) -> int:
        return len(self._held)

    def hold(self, session: str, holder: str, now: float) -> bool:
        """Note that somebody wants it; False when too many are held."""
        holders = self._held.get(session, {})
        if (not holders and len(self._held) >= self._most) or (
            holder not in holders and len(holders) >= _MOST_HOLDERS
        ):
            return False
        self._held.setdefault(session, holders)[holder] = None
        if holder in self._online:
            self._until.pop((session, holder), None)
        else:
            self._until[session, holder] = now + _STRANGER_SECONDS
        return True

    def release(self, session: str, holder: str) -> None:
        """Note that somebody does not want it any more."""
        self._until.pop((session, holder), None)
        holders = self._held.get(session, {})
        holders.pop(holder, None)
        if not holders:
            self._held.pop(session, None)

    def end(self, session: str) -> None:
        """Take it from everybody."""
        for holder in list(self._held.get(session, ())):
            self.release(session, holder)

    def see(self, holder: str, *, online: bool) -> set[str]:
        """Note whether a holder is there; return the sessions that nobody holds any more."""
        if online and holder not in self._online:  # else it is told again, and a doubt stands
            self._online.add(holder)
            for key in [key for key in self._until if key[1] == holder]:
                del self._until[key]
        if online:
            return set()
        self._online.discard(holder)
        return self._release((own, holder) for own in list(self._held))

    def doubt(self, now: float) -> None:
        """Release all that is not held anew soon: for some time nobody could say what he left."""
        for session, holders in self._held.items():
            for holder in holders:
                self._until.setdefault((session, holder), now + _DOUBT_SECONDS)

    def expire(self, now: float) -> set[str]:
        """Release what was held for too long by who may be gone; return what nobody holds."""
        return self._release([key for key, until in self._until.items() if until <= now])

    def _release(self, keys: Iterable[tuple[str, str]]) -> set[str]:
        let_go = set()
        for session, holder in keys:
            self.release(session, holder)
            if session not in self._held:
                let_go.add(session)
        return let_go
