"""Whether a panel is still there, when its port alone does not tell. Pure."""

import math

PING_SECONDS = 20.0
"""A panel that has said nothing for so long is asked, and again after each so many."""
SILENT_SECONDS = 45.0
"""One that has said nothing for so long does not answer."""


class Contact:
    """Counts the silence since the last byte, or since the port was opened."""

    def __init__(self) -> None:
        self._heard_at = -math.inf
        self._asked_at = -math.inf
        self.answering = False

    def open(self, now: float) -> None:
        """Begin; a port that was just opened is given time."""
        self.heard(now)

    def close(self) -> None:
        """End: a panel without a port does not answer."""
        self._heard_at = self._asked_at = -math.inf
        self.answering = False

    def heard(self, now: float) -> None:
        """Note that some byte has come."""
        self._heard_at = self._asked_at = now
        self.answering = True

    @property
    def next_at(self) -> float:
        """When `tick` has something to do; infinity while there is no port."""
        if self._asked_at == -math.inf:
            return math.inf
        ask_at = self._asked_at + PING_SECONDS
        return min(ask_at, self._heard_at + SILENT_SECONDS) if self.answering else ask_at

    def tick(self, now: float) -> bool:
        """Return whether the panel is to be asked now."""
        if now >= self._heard_at + SILENT_SECONDS:
            self.answering = False
        if self._asked_at == -math.inf or now < self._asked_at + PING_SECONDS:
            return False
        self._asked_at = now
        return True
