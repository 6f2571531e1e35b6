"""Which requests are refused, and how much is remembered of 10 000 peers."""

import tracemalloc

from stats.limiter import Limiter


def test_as_many_as_allowed_pass_and_the_next_does_not() -> None:
    """With the seconds until the oldest leaves the window."""
    limiter = Limiter(3, 60)
    assert [limiter.refuse("a", now) for now in (0.0, 10.0, 20.0)] == [0, 0, 0]
    assert limiter.refuse("a", 30.5) == 30
    assert limiter.refuse("b", 30.5) == 0, "each peer for itself"


def test_the_window_slides() -> None:
    """One that leaves it makes room for one, and not for all."""
    limiter = Limiter(3, 60)
    for now in (0.0, 10.0, 20.0):
        limiter.refuse("a", now)
    assert limiter.refuse("a", 59.9) == 1
    assert limiter.refuse("a", 60.0) == 0
    assert limiter.refuse("a", 60.1) == 10


def test_refused_requests_do_not_count() -> None:
    """Who asks again and again is let in when the window has passed."""
    limiter = Limiter(1, 10)
    limiter.refuse("a", 0.0)
    assert all(limiter.refuse("a", 0.1 * n) for n in range(1, 100))
    assert limiter.refuse("a", 10.0) == 0


def test_peers_that_left_are_forgotten() -> None:
    """By the next request of anybody."""
    limiter = Limiter(60, 60)
    for number in range(100):
        limiter.refuse(str(number), 0.0)
    limiter.refuse("later", 100.0)
    assert len(limiter) == 1


def test_no_more_than_ten_thousand_peers_are_remembered() -> None:
    """Those who asked last."""
    limiter = Limiter(1, 60)
    for number in range(10_500):
        limiter.refuse(str(number), 0.0)
    assert len(limiter) == 10_000
    assert limiter.refuse("0", 1.0) == 0
    assert limiter.refuse("10499", 1.0) > 0


def test_ten_thousand_peers_take_little() -> None:
    """A few megabytes, even where each asks as often as it may; those seen last are remembered."""
    limiter = Limiter(1000, 3600)
    tracemalloc.start()
    for number in range(20_000):
        for _ in range(30):
            limiter.refuse(str(number), 0.001 * number)
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(limiter) <= 10_000
    assert taken < 8_000_000
    for _ in range(970):
        assert limiter.refuse("19999", 20.0) == 0
    assert limiter.refuse("19999", 20.0) > 0
