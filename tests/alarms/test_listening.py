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
    """But it is when what is played is nobody's ring, or reaches nobody."""
    for ring, listeners, silent in ((2, 1, []), (3, 1, [1, 2]), (2, 0, [1, 2])):
        listening = Listening()
        listening.hear(ring, listeners)
        listening.unheard([1, 2], NOW)
        assert listening.unheard([1, 2], NOW + TEN) == silent
        assert listening.plays(ring)
        assert not listening.plays(None)
