"""Which requests of one address are too many, in a sliding window. Pure."""

import math
from array import array
from collections import OrderedDict

_MOST_PEERS = 10_000
_MOST_TIMES = 200_000
"""Of all peers together: 8 bytes each."""


class Limiter:
    """Lets `requests` pass in any `window_seconds`; those that were refused do not count.

    When there are too many peers, or too many requests are remembered, the peer that was away
    for longest is forgotten.
    """

    def __init__(self, requests: int, window_seconds: int) -> None:
        self._requests = requests
        self._window = window_seconds
        self._peers: OrderedDict[str, array[float]] = OrderedDict()
        self._times = 0

    def __len__(self) -> int:
        return len(self._peers)

    def refuse(self, peer: str, now: float) -> int:
        """Count a request at `now` (monotonic seconds); return 0, or the seconds to wait."""
        times = self._peers.get(peer)
        if times is None:
            times = self._peers[peer] = array("d")
        self._peers.move_to_end(peer)
        over = now - self._window
        if times and times[0] <= over:
            passed = next((at for at, time in enumerate(times) if time > over), len(times))
            del times[:passed]
            self._times -= passed
        if len(times) >= self._requests:
            return max(1, math.ceil(times[0] - over))
        times.append(now)
        self._times += 1
        self._forget(over)
        return 0

    def _forget(self, over: float) -> None:
        """Forget the peers that sent nothing since `over`, and more while there are too many."""
        while len(self._peers) > 1:
            peer, times = next(iter(self._peers.items()))
            is_full = len(self._peers) > _MOST_PEERS or self._times > _MOST_TIMES
            if not is_full and times[-1] > over:
                return
            del self._peers[peer]
            self._times -= len(times)
