"""When jobs are due."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from media.job.plan import baseline, is_due, next_run

BRUSSELS = ZoneInfo("Europe/Brussels")
NOON = datetime(2026, 7, 1, 12, 0, 30, tzinfo=BRUSSELS)


def runs(line: str, start: datetime, count: int) -> list[str]:
    """Return the next moments as the wall shows them."""
    found = []
    for _ in range(count):
        at = next_run(line, start, BRUSSELS)
        assert at is not None
        start = at
        found.append(f"{at.astimezone(BRUSSELS):%d %H:%M %z}")
    return found


def test_the_line_is_of_the_zone() -> None:
    """At five minutes to six on the wall."""
    assert runs("55 5 * * *", NOON, 2) == ["02 05:55 +0200", "03 05:55 +0200"]
    assert runs("*/5 * * * *", NOON, 2) == ["01 12:05 +0200", "01 12:10 +0200"]


def test_where_the_clocks_are_put_forward_a_time_of_day_comes_late_and_not_never() -> None:
    """A line for each hour has an hour less."""
    before = datetime(2026, 3, 29, 0, 45, tzinfo=BRUSSELS)
    assert runs("30 2 * * *", before, 2) == ["29 03:00 +0200", "30 02:30 +0200"]
    assert runs("59 * * * *", before, 3) == ["29 00:59 +0100", "29 01:59 +0100", "29 03:59 +0200"]


def test_where_they_are_put_back_a_time_of_day_comes_once() -> None:
    """A line for each hour goes on through the hour that comes twice."""
    before = datetime(2026, 10, 25, 0, 45, tzinfo=BRUSSELS)
    assert runs("30 2 * * *", before, 2) == ["25 02:30 +0200", "26 02:30 +0100"]
    assert runs("59 * * * *", before, 4) == [
        "25 00:59 +0200", "25 01:59 +0200", "25 02:59 +0200", "25 02:59 +0100",
    ]  # fmt: skip


@pytest.mark.parametrize("month", [3, 10])
def test_each_minute_is_each_minute_through_both_changes(month: int) -> None:
    """None is left out, and none comes twice."""
    at = datetime(2026, month, 25, 20, tzinfo=UTC)
    end = at + timedelta(days=4)
    while at < end:
        following = next_run("*/30 * * * *", at, BRUSSELS)
        assert following == at + timedelta(minutes=30)
        at = following


def test_a_moment_that_never_comes() -> None:
    """The thirty-first of February."""
    assert next_run("0 0 31 2 *", NOON, BRUSSELS) is None
    assert not is_due("0 0 31 2 *", NOON, NOON + timedelta(days=400), BRUSSELS)


def test_due_from_its_minute_on() -> None:
    """And not before, and not again after it has begun."""
    at = NOON.replace(minute=5, second=0)
    assert not is_due("*/5 * * * *", NOON, at - timedelta(seconds=1), BRUSSELS)
    assert is_due("*/5 * * * *", NOON, at, BRUSSELS)
    assert is_due("*/5 * * * *", NOON, at + timedelta(days=30), BRUSSELS)
    assert not is_due("*/5 * * * *", at, at + timedelta(seconds=59), BRUSSELS)


def test_a_clock_that_was_ahead_does_not_keep_a_job_waiting() -> None:
    """A little is no step of the clock."""
    assert baseline(NOON + timedelta(days=300), NOON) == NOON
    assert baseline(NOON + timedelta(seconds=20), NOON) == NOON + timedelta(seconds=20)
    assert baseline(NOON - timedelta(days=300), NOON) == NOON - timedelta(days=300)
