"""Failures of an address."""

from media.http.failures import Failures


def test_so_many_in_any_minute() -> None:
    """Then none until the first of them is a minute old."""
    failures = Failures(3)
    for now in (0.0, 10.0, 20.0):
        assert failures.wait_seconds("a", now) == 0
        failures.count("a", now)
    assert failures.wait_seconds("a", 20.0) == 40
    assert failures.wait_seconds("a", 59.9) == 1
    assert failures.wait_seconds("b", 20.0) == 0
    assert failures.wait_seconds("a", 60.0) == 0
    failures.count("a", 60.0)
    assert failures.wait_seconds("a", 60.0) == 10


def test_of_too_many_addresses_the_oldest_is_forgotten() -> None:
    """What they take is bounded."""
    failures = Failures(1)
    for number in range(1001):
        failures.count(str(number), 0.0)
    assert failures.wait_seconds("0", 0.0) == 0
    assert failures.wait_seconds("1", 0.0) == 60
