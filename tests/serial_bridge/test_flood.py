"""How much is too much."""

from serial_bridge.flood import Bucket


def test_a_bucket_gives_what_it_holds_and_fills_again() -> None:
    """Up to its size, however long it waited."""
    bucket = Bucket(10, 5)
    assert bucket.take(10, 100.0)
    assert not bucket.take(1, 100.0)
    assert bucket.take(5, 101.0)
    assert not bucket.take(1, 101.1)
    assert bucket.take(10, 1000.0)
    assert not bucket.take(1, 1000.0)
