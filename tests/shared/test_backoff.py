"""Delays between attempts."""

from itertools import islice

from shared.backoff import delays


def test_delays_double_up_to_the_cap() -> None:
    """Without luck each delay is the whole one."""
    assert list(islice(delays(0.5, 3.0, lambda: 1.0), 5)) == [0.5, 1.0, 2.0, 3.0, 3.0]


def test_jitter_shortens_by_up_to_a_half() -> None:
    """With all luck each delay is half."""
    assert list(islice(delays(0.5, 3.0, lambda: 0.0), 4)) == [0.25, 0.5, 1.0, 1.5]
