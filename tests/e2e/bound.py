"""A bound in seconds that holds for a service, and not for the machine on which it is tested."""

import time
from collections.abc import Iterator

TRIES = 6
"""A machine that stands still now and then does so in some of them, a slow service in each."""


def share_of_processor() -> float:
    """Return how much of a processor a process is given just now: 1 where nobody else wants it.

    What many processes do together takes the longer, the less it is.
    """
    began, used = time.monotonic(), time.process_time()
    while time.process_time() < used + 0.05:
        pass
    return min(1.0, (time.process_time() - used) / (time.monotonic() - began))


class Stopwatch:
    """Runs from its making on, or from `start`, up to `stop` or the end of the try."""

    def __init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Begin anew: what came before was not what is measured."""
        self._began = time.monotonic()
        self._ended = 0.0

    def stop(self, seconds: float | None = None) -> None:
        """What comes now is not measured; `seconds` when something else is to count."""
        self._ended = self._began + self.seconds if seconds is None else self._began + seconds

    @property
    def seconds(self) -> float:
        """How long it ran."""
        return (self._ended or time.monotonic()) - self._began


def within(seconds: float) -> Iterator[Stopwatch]:
    """Yield a stopwatch for each try, up to the first that takes less than `seconds`.

    The body of the loop is what is tried; AssertionError when it was too slow each time.
    """
    took = []
    for _ in range(TRIES):
        watch = Stopwatch()
        yield watch
        took.append(watch.seconds)
        if took[-1] < seconds:
            return
    raise AssertionError(f"never within {seconds} s: {took}")
