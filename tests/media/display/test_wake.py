"""When a display asks again."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from media.display.display import Display
from media.display.wake import availability, next_wake, refresh_seconds

ZONE = ZoneInfo("Europe/Brussels")
NOW = datetime(2026, 7, 1, 8, 0, tzinfo=UTC)  # 10:00 there: photo, until 12:00
DISPLAY = Display(id="a", hardware_id="1", width=800, height=480, made_at=NOW)


@pytest.mark.parametrize(
    ("before_seconds", "sleeps"), [(7200, 900), (901, 900), (600, 601), (60, 61), (3, 60)]
)
def test_a_display_sleeps_past_the_next_change(before_seconds: int, sleeps: int) -> None:
    """15 minutes at most, a minute at least."""
    now = NOW + timedelta(hours=2, seconds=-before_seconds)
    assert refresh_seconds(DISPLAY, now, ZONE) == sleeps


def test_without_any_change_it_is_15_minutes() -> None:
    """Under an override without end."""
    assert refresh_seconds(DISPLAY.overridden("news", None), NOW, ZONE) == 900


@pytest.mark.parametrize(
    ("interval", "since", "expected"),
    [
        (60, 0, "online"),
        (60, 180, "online"),
        (60, 181, "offline"),
        (900, 0, "online"),
        (900, 60, "sleeping"),
        (900, 2700, "sleeping"),
        (900, 2701, "offline"),
    ],
)
def test_one_that_sleeps_is_not_dead(interval: int, since: int, expected: str) -> None:
    """Until two intervals past its wake."""
    display = replace(DISPLAY, last_seen_at=NOW, wakes_after_seconds=interval)
    assert next_wake(display) == NOW + timedelta(seconds=interval)
    assert availability(display, NOW + timedelta(seconds=since)) == expected


def test_one_that_was_never_seen_is_offline() -> None:
    """And expected at no time."""
    assert (next_wake(DISPLAY), availability(DISPLAY, NOW)) == (None, "offline")
