"""Who gets the sound."""

from media.listeners import Listeners


def test_sum_of_the_bridges_that_run() -> None:
    """In whatever order they say who they are and how many clients they have."""
    listeners = Listeners()
    listeners.count("pi", "ws-bridge", 3)
    assert listeners.total == 0
    listeners.available("pi", "ws-bridge", "online")
    listeners.available("other", "ws-bridge", "online")
    assert listeners.total == 3
    listeners.count("other", "ws-bridge", 4)
    assert listeners.total == 7
    listeners.available("pi", "ws-bridge", "offline")
    assert listeners.total == 4
    listeners.available("pi", "ws-bridge", "online")
    assert listeners.total == 7
    listeners.count("pi", "ws-bridge", 0)
    listeners.count("other", "ws-bridge", None)
    assert listeners.total == 0
    listeners.count("pi", "ws-bridge", 1)
    listeners.available("pi", "ws-bridge", None)
    assert listeners.total == 0
