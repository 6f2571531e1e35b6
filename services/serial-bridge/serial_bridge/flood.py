"""How much of something is taken before it is too much. Pure."""


class Bucket:
    """Holds `most` at first, loses what is taken, and regains `each_second`."""

    def __init__(self, most: float, each_second: float) -> None:
        self._most = most
        self._each_second = each_second
        self._left = most
        self._at = 0.0

    def take(self, count: float, now: float) -> bool:
        """Take `count`; False when there was less, and nothing is left then."""
        self._left = min(self._most, self._left + (now - self._at) * self._each_second)
        self._at = now
        self._left -= count
        if self._left >= 0:
            return True
        self._left = 0.0
        return False
