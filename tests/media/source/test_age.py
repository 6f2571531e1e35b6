"""How old what is shown may be, and how that is said."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from media.source.age import age, worst
from media.source.facts import Age

HOUR = timedelta(hours=1)
NOW = datetime(2026, 7, 8, 16, 5, tzinfo=ZoneInfo("Europe/Paris"))  # a Wednesday


@pytest.mark.parametrize(
    ("minutes", "freshness", "as_of"),
    [
        (0, "fresh", ""),
        (60, "fresh", ""),
        (61, "aged", "as of 15:04"),
        (180, "aged", "as of 13:05"),
        (181, "old", "as of 13:04"),
        (24 * 60, "old", "as of Tue 16:05"),
        (24 * 60 + 1, "empty", "as of Tue 16:04"),
        (-90, "fresh", ""),  # the clock was set back
    ],
)
def test_what_is_shown_of_age(minutes: int, freshness: str, as_of: str) -> None:
    """In the zone of who asks; aged after two intervals, old after six, empty at its limit."""
    had = (NOW - timedelta(minutes=minutes)).astimezone(UTC)
    told = age(had, NOW, timedelta(minutes=30), timedelta(hours=24))
    assert (told.freshness, told.as_of) == (freshness, as_of)
    assert told.hours == max(minutes, 0) // 60
    assert told.at == had


def test_the_text_stays_while_nothing_new_comes() -> None:
    """A picture with it is drawn twice on a day, not each minute."""
    had = NOW - 4 * HOUR
    texts = {
        age(had, NOW + timedelta(minutes=minute), HOUR, timedelta(days=7)).as_of
        for minute in range(24 * 60)
    }
    assert texts == {"as of 12:05", "as of Wed 12:05"}


def test_what_is_older_than_a_week_has_a_date() -> None:
    """And a weekday would be that of another week."""
    told = age(NOW - timedelta(days=8), NOW, HOUR, timedelta(days=30))
    assert told.as_of == "as of 30 Jun"


def test_what_never_came_is_empty_and_says_why() -> None:
    """With the fault of its source."""
    assert age(None, NOW, HOUR, HOUR, "timed out") == Age(freshness="empty", error="timed out")


def test_a_mixture_is_as_old_as_the_oldest_that_is_shown() -> None:
    """One that is empty makes not all empty."""
    ages = [age(NOW - hours * HOUR, NOW, HOUR, 24 * HOUR) for hours in (0, 30, 4)]
    assert worst(ages).freshness == "aged"
    assert worst(ages[1:2]).freshness == "empty"
    assert worst([]).freshness == "empty"
