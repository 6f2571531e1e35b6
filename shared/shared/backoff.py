"""Delays between attempts: exponential, capped, jittered. Pure."""

from collections.abc import Callable, Iterator


def delays(
    first_seconds: float, most_seconds: float, chance: Callable[[], float]
) -> Iterator[float]:
    """Yield one delay in seconds for each failed attempt, for ever.

    A delay doubles until `most_seconds`, and is shortened by up to a half at random
    (`chance` returns 0..1), so that five services do not knock in step at a broker that returns.
    """
    delay = min(first_seconds, most_seconds)
    while True:
        yield delay * (0.5 + 0.5 * chance())
        delay = min(delay * 2, most_seconds)
