"""Quiet hours, over midnight and when the clocks are changed."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from media.display.quiet import Quiet, next_end, quiet_until

ZONE = ZoneInfo("Europe/Brussels")
NIGHT = Quiet(23 * 60, 6 * 60 + 30)


def local(text: str) -> datetime:
    """Return a moment of Brussels; `fold` by an offset."""
    moment = datetime.fromisoformat(f"2026-{text}")
    return moment if moment.tzinfo else moment.replace(tzinfo=ZONE)


def until(*hours: Quiet, at: str) -> str | None:
    """Return when it ends, in Brussels."""
    end = quiet_until(hours, local(at), ZONE)
    return end.astimezone(ZONE).isoformat()[5:16] if end else None


@pytest.mark.parametrize(
    ("at", "end"),
    [
        ("07-01 22:59:59", None),
        ("07-01 23:00", "07-02T06:30"),
        ("07-02 00:00", "07-02T06:30"),
        ("07-02 06:29:59", "07-02T06:30"),
        ("07-02 06:30", None),
    ],
)
def test_they_go_over_midnight(at: str, end: str | None) -> None:
    assert until(NIGHT, at=at) == end


def test_without_any_it_is_never_quiet() -> None:
    assert quiet_until((), local("07-01 03:00"), ZONE) is None
    assert next_end((), local("07-01 03:00"), ZONE) is None


def test_hours_of_a_day_and_up_to_midnight() -> None:
    noon, evening = Quiet(12 * 60, 13 * 60), Quiet(22 * 60, 0)
    assert until(noon, evening, at="07-01 12:30") == "07-01T13:00"
    assert until(noon, evening, at="07-01 23:30") == "07-02T00:00"
    assert until(noon, evening, at="07-01 15:00") is None


def test_hours_that_touch_are_one_sleep() -> None:
    """In whichever order they are given; those that overlap too."""
    hours = (Quiet(0, 5 * 60), Quiet(22 * 60, 0), Quiet(4 * 60, 7 * 60))
    assert until(*hours, at="07-01 22:10") == "07-02T07:00"
    assert until(*reversed(hours), at="07-01 22:10") == "07-02T07:00"
    assert until(NIGHT, Quiet(60, 120), at="07-02 00:30") == "07-02T06:30"


def test_a_whole_day_is_quiet() -> None:
    """Two halves; the end is days away, and the answer comes all the same."""
    end = quiet_until((Quiet(0, 720), Quiet(720, 0)), local("07-01 05:00"), ZONE)
    assert end is not None
    assert end - local("07-01 05:00") > timedelta(days=1)


def test_the_next_ones() -> None:
    """Those to come, where it is not quiet now."""
    found = next_end((NIGHT,), local("07-01 12:00"), ZONE)
    assert found == (local("07-01 23:00"), local("07-02 06:30"))
    assert all(each.tzinfo is UTC for each in found)


@pytest.mark.parametrize(
    ("at", "hours"), [("03-28 23:00", 6.5), ("10-24 23:00", 8.5), ("07-01 23:00", 7.5)]
)
def test_the_night_of_a_change_is_shorter_or_longer(at: str, hours: float) -> None:
    """By the hour that is left out or comes twice."""
    end = quiet_until((NIGHT,), local(at), ZONE)
    assert end is not None
    assert end - local(at).astimezone(UTC) == timedelta(hours=hours)


def test_an_end_that_is_left_out_is_when_the_clocks_are_put_forward() -> None:
    """02:30 does not exist: at 02:00 it is 03:00, and that is later than 02:30."""
    end = quiet_until((Quiet(23 * 60, 150),), local("03-28 23:30"), ZONE)
    assert end == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    begin = next_end((Quiet(150, 300),), local("03-28 23:30"), ZONE)
    assert begin is not None
    assert begin[0] == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_an_hour_that_comes_twice_is_quiet_as_a_whole() -> None:
    """From the first 02:00 to the last 02:30, with no wake in between."""
    hours = (Quiet(120, 150),)
    end = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    for at in ("10-25 02:00+02:00", "10-25 02:45+02:00", "10-25 02:15+01:00"):
        assert quiet_until(hours, local(at), ZONE) == end
    assert quiet_until(hours, local("10-25 02:30+01:00"), ZONE) is None
