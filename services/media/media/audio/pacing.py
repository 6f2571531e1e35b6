"""When each chunk of a stream is due. Pure."""

from collections.abc import Iterator
from math import inf

CHUNK_BYTES = 4096
"""The most that one message carries."""
PACE = 0.9
"""Share of real time in which a sound is sent: clients fill their buffer meanwhile."""
_MOST_BURST = 4  # chunks sent at once by a sender that was late; more would flood a small client


def chunks(blocks: Iterator[bytes], size: int = CHUNK_BYTES) -> Iterator[bytes]:
    """Yield the same bytes in pieces of `size`; only the last is shorter."""
    rest = b""
    for block in blocks:
        rest += block
        whole = len(rest) - len(rest) % size
        for start in range(0, whole, size):
            yield rest[start : start + size]
        rest = rest[whole:]
    if rest:
        yield rest


class Timeline:
    """Absolute deadlines from one start: no send, however slow, adds a drift.

    A sender that was late sends what is due at once and is in time again; of a longer pause
    only the last four chunks are made up for, and the rest of the stream is that much later.
    Seconds are those of the clock that `start` was taken from. `most_ahead` is how far ahead of
    real time the sender may get; it keeps to real time from there on.
    """

    def __init__(self, start: float, bytes_per_second: int, most_ahead: float = inf) -> None:
        self._start = start
        self._bytes_per_second = bytes_per_second
        self._most_ahead = most_ahead
        self._sent = 0
        self._most_late = _MOST_BURST * CHUNK_BYTES * PACE / bytes_per_second

    @property
    def due(self) -> float:
        """When the next chunk is to be sent, or, after the last, when all is over."""
        real = self._sent / self._bytes_per_second
        return self._start + max(real * PACE, real - self._most_ahead)

    def sent(self, count: int, now: float) -> None:
        """Note that so many bytes went out."""
        self._start += max(0.0, now - self.due - self._most_late)
        self._sent += count
