"""Counts the failures of each address, and tells which address has had too many. Pure."""

import math
from collections import OrderedDict, deque

_MOST_ADDRESSES = 1000  # each takes up to 4 kB


class Failures:
    """At most `most` failures of an address in any minute; a success never counts.

    Of more than 1000 addresses the one that failed longest ago is forgotten.
    """

    def __init__(self, most: int, window_seconds: float = 60.0) -> None:
        self._most = most
        self._window = window_seconds
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def wait_seconds(self, address: str, now: float) -> int:
        """Return 0 while an address may fail, else the seconds until it may again.

        `now` is in seconds of a clock that is never put back.
        """
        times = self._times.get(address)
        if times is None or len(times) < self._most or times[0] <= now - self._window:
            return 0
        return max(1, math.ceil(times[0] + self._window - now))

    def count(self, address: str, now: float) -> None:
        """Note a failure; of those before only as many are remembered as matter."""
        times = self._times.setdefault(address, deque(maxlen=self._most))
        times.append(now)
        self._times.move_to_end(address)
        if len(self._times) > _MOST_ADDRESSES:
            self._times.popitem(last=False)
