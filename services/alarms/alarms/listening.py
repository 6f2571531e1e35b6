"""Whether what rings is played, and heard by anybody. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta

_PATIENCE = timedelta(seconds=10)


class Listening:
    """What the stream of alarms carries now, and since when each ring has been in silence."""

    def __init__(self) -> None:
        self._ring: int | None = None
        self._listeners = 0
        self._silent: dict[int, datetime] = {}

    def hear(self, ring: int | None, listeners: int) -> None:
        """Note the number of the ring that is played now, None for silence, and who gets it."""
        self._ring, self._listeners = ring, listeners

    def plays(self, ring: int | None) -> bool:
        """Tell whether that ring's sound is coming."""
        return ring is not None and ring == self._ring

    def unheard(self, ringing: Iterable[int], now: datetime) -> list[int]:
        """Return those of the rings that nobody has heard for ten seconds.

        Rings take turns: while one of them is heard, none is in silence.
        """
        rings = set(ringing)
        if self._listeners and self._ring in rings:
            rings = set()
        self._silent = {ring: self._silent.get(ring, now) for ring in sorted(rings)}
        return [ring for ring, since in self._silent.items() if now - since >= _PATIENCE]

    def forget(self) -> None:
        """Begin to wait anew: for some time nobody could tell."""
        self._silent.clear()

    def shift(self, step: timedelta) -> None:
        """Follow a step of the clock."""
        self._silent = {ring: since + step for ring, since in self._silent.items()}
