"""How a screen takes on its next picture."""

from datetime import UTC, datetime, timedelta

import pytest

from media.bitmap.profiles import PROFILES
from media.bitmap.screen import Screen
from media.display.refresh import COLOUR_PAUSE, Difference, Hint, Shown, hint, taken

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
MONO, GREY, COLOUR = (
    PROFILES[name] for name in ("mono-800x480", "gray4-800x480", "spectra6-800x480")
)
LITTLE = Difference(0.1, two_inks=True)


def shown(**fields: object) -> Shown:
    values = {"version": "a", "hint": "full", "at": NOW, "full_at": NOW, "two_inks": True}
    return Shown(**(values | fields))  # type: ignore[arg-type]


def told(
    screen: Screen = MONO,
    before: Shown | None = None,
    change: Difference | None = LITTLE,
    after: timedelta = timedelta(hours=1),
    *,
    quiet: bool = False,
) -> Hint:
    return hint(screen, before or shown(), "b", change, NOW + after, quiet=quiet)


def test_the_first_one_is_full() -> None:
    assert hint(MONO, None, "a", None, NOW) == "full"
    assert hint(COLOUR, None, "a", None, NOW, quiet=True) == "full"


def test_little_that_changes_is_partial() -> None:
    assert told() == "partial"


@pytest.mark.parametrize(
    ("screen", "before", "change"),
    [
        (MONO, shown(version=""), LITTLE),  # it was switched off
        (MONO, shown(two_inks=False), LITTLE),
        (MONO, shown(), Difference(0.1, two_inks=False)),
        (MONO, shown(), Difference(0.41, two_inks=True)),
        (MONO, shown(), None),
        (MONO, shown(partials=7), LITTLE),
        (MONO, shown(full_at=NOW - timedelta(hours=23)), LITTLE),
        (GREY, shown(), LITTLE),
        (COLOUR, shown(), LITTLE),
    ],
)
def test_what_must_be_full(screen: Screen, before: Shown, change: Difference | None) -> None:
    """After a start, for greys, for many pixels, each eighth time, each day."""
    assert told(screen, before, change) == "full"


def test_two_fifths_may_change() -> None:
    assert told(change=Difference(0.4, two_inks=True)) == "partial"


def test_a_coloured_screen_is_spared() -> None:
    """At most each quarter of an hour, and never in quiet hours."""
    assert told(COLOUR, after=COLOUR_PAUSE - timedelta(seconds=1)) == "none"
    assert told(COLOUR, after=COLOUR_PAUSE) == "full"
    assert told(COLOUR, quiet=True) == "none"
    assert told(COLOUR, shown(version=""), after=timedelta(minutes=1)) == "none"
    assert told(MONO, quiet=True) == "partial"


def test_each_eighth_is_full() -> None:
    """And to ask again changes neither the answer nor the count."""
    now, before, hints = NOW, None, []
    for number in range(20):
        now += timedelta(minutes=1)
        version = str(number)
        given = hint(MONO, before, version, LITTLE if before else None, now)
        hints.append(given)
        before = taken(before, version, given, two_inks=True, now=now)
        again = hint(MONO, before, version, None, now + timedelta(seconds=3))
        assert again == given
        assert taken(before, version, again, two_inks=True, now=now) == before
    assert [number for number, each in enumerate(hints) if each == "full"] == [0, 8, 16]


def test_what_is_not_shown_is_not_counted() -> None:
    before = shown()
    assert taken(before, "b", "none", two_inks=True, now=NOW) is before
    assert taken(None, "b", "none", two_inks=True, now=NOW) is None
