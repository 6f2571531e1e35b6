"""How much a device may say at once, and how often it may ping. Pure."""

MESSAGES_A_SECOND = 50.0
MOST_MESSAGES_AT_ONCE = 100.0
PIECE_PRICE = 0.1
"""Of a frame that does not end a message, in messages."""
MOST_PINGS, PING_WINDOW_SECONDS = 200, 10.0


class Allowance:
    """Of one connection; `now` is in seconds."""

    def __init__(self, now: float) -> None:
        self._left = MOST_MESSAGES_AT_ONCE
        self._at = now
        self._pings = 0
        self._pings_since = now

    def pay(self, now: float, messages: float = 1) -> float:
        """Pay for what was said; return for how many seconds the next message is to wait."""
        earned = (now - self._at) * MESSAGES_A_SECOND
        self._left = min(MOST_MESSAGES_AT_ONCE, self._left + earned) - messages
        self._at = now
        return max(0.0, -self._left / MESSAGES_A_SECOND)

    def ping(self, now: float) -> bool:
        """Count a ping; False when they are too many."""
        if now - self._pings_since > PING_WINDOW_SECONDS:
            self._pings, self._pings_since = 0, now
        self._pings += 1
        return self._pings <= MOST_PINGS
