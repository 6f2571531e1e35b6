"""Whether anybody hears what rings."""

from datetime import UTC, datetime, timedelta

from alarms.listening import Listening

NOW = datetime(2026, 2, 17, tzinfo=UTC)
TEN = timedelta(seconds=10)


def test_ten_seconds_of_silence_are_told() -> None:
    """Counted anew when it was heard in between, or when nobody could tell."""
    listening = Listening()
    assert listening.unheard([1], NOW) == []
    assert listening.unheard([1], NOW + TEN) == [1]
    listening.hear(1, 1)
    assert listening.unheard([1], NOW + TEN) == []
    listening.hear(None, 0)
    assert listening.unheard([1], NOW + 2 * TEN) == []
    listening.forget()
    assert listening.unheard([1], NOW + 3 * TEN) == []
    assert listening.unheard([1], NOW + 4 * TEN) == [1]


def test_it_is_not_silence_when_another_is_heard() -> None:
    """But it is when what is played is nobody's ring; and one that reaches nobody is."""
    for ring, listeners, silent in ((2, 1, []), (3, 1, [1, 2]), (2, 0, [2])):
        listening = Listening()
        listening.hear(ring, listeners)
        listening.unheard([1, 2], NOW)
        assert listening.unheard([1, 2], NOW + TEN) == silent
        assert listening.plays(ring)
        assert not listening.plays(None)


def test_a_ring_is_silent_in_its_own_turns_alone() -> None:
    """Turns shorter than ten seconds add up, and another's turn counts for nothing."""
    listening = Listening()
    told = []
    for second in range(40):
        listening.hear(1 + second // 4 % 2, 0)
        now = NOW + timedelta(seconds=second)
        told.append(listening.unheard([1, 2], now))
    assert told.index([1]) == 2 * 8 + 2, "after two turns and a half"
    assert told.index([1, 2]) == 4 + 2 * 8 + 2


def test_a_ring_that_is_over_is_forgotten() -> None:
    """And a step of the clock is no silence."""
    listening = Listening()
    listening.unheard([1, 2], NOW)
    assert listening.unheard([2], NOW + TEN / 2) == []
    listening.shift(TEN)
    assert listening.unheard([1, 2], NOW + TEN * 2) == [2]
    assert listening.unheard([1, 2], NOW + TEN * 3) == [1, 2]
