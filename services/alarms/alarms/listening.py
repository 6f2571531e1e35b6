"""Whether what rings is played, and heard by anybody. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta

_PATIENCE = timedelta(seconds=10)


class Listening:
    """What the stream of alarms carries now, and for how long each ring has been in silence."""

    def __init__(self) -> None:
        self._ring: int | None = None
        self._listeners = 0
        self._silent: dict[int, timedelta] = {}
        self._now_silent: set[int] = set()
        self._at: datetime | None = None

    def hear(self, ring: int | None, listeners: int) -> None:
        """Note the number of the ring that is played now, None for silence, and who gets it."""
        self._ring, self._listeners = ring, listeners

    def plays(self, ring: int | None) -> bool:
        """Tell whether that ring's sound is coming."""
        return ring is not None and ring == self._ring

    def unheard(self, ringing: Iterable[int], now: datetime) -> list[int]:
        """Return those of the rings that nobody has heard for ten seconds.

        Rings take turns: while one of them is heard, none is in silence, and while one of them
        is played to nobody the others do but wait.
        """
        rings = set(ringing)
        if self._at is not None:
            for ring in self._now_silent:
                self._silent[ring] = self._silent.get(ring, timedelta()) + (now - self._at)
        self._at = now
        if self._ring not in rings:
            self._now_silent = rings
        elif self._listeners:
            self._now_silent = set()
            self._silent.clear()
        else:
            self._now_silent = {self._ring}
        self._silent = {ring: time for ring, time in self._silent.items() if ring in rings}
        return sorted(ring for ring, time in self._silent.items() if time >= _PATIENCE)

    def forget(self) -> None:
        """Begin to wait anew: for some time nobody could tell."""
        self._silent.clear()
        self._now_silent = set()

    def shift(self, step: timedelta) -> None:
        """Follow a step of the clock."""
        if self._at is not None:
            self._at += step
