"""When an alarm is due, day by day; ten years of it are in test_ten_years."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from alarms.definition import read_definition
from alarms.recurrence import next_occurrence

PARIS = ZoneInfo("Europe/Paris")


def following(after: str, count: int = 1, **entry: Any) -> list[str]:
    """Return the next moments after a UTC time, as Paris sees them."""
    alarm = read_definition({"alarm_time": "0630"} | entry, "A", "a")
    moment, found = datetime.fromisoformat(after).replace(tzinfo=UTC), []
    for _ in range(count):
        following = next_occurrence(alarm, moment, PARIS)
        assert following is not None
        assert following.tzinfo is UTC
        moment = following
        found.append(moment.astimezone(PARIS).strftime("%a %m/%d %H:%M %z"))
    return found


def test_a_gap_is_left_by_its_first_moment() -> None:
    """02:30 on the day without one is 03:00."""
    assert following("2026-03-28T12:00", 2, alarm_time="0230") == [
        "Sun 03/29 03:00 +0200", "Mon 03/30 02:30 +0200",
    ]  # fmt: skip


def test_a_fold_counts_once() -> None:
    """The first of the two 02:30."""
    assert following("2026-10-24T12:00", 2, alarm_time="0230") == [
        "Sun 10/25 02:30 +0200", "Mon 10/26 02:30 +0100",
    ]  # fmt: skip
    between = "2026-10-25T01:00"  # the second 02:00
    assert following(between, alarm_time="0230") == ["Mon 10/26 02:30 +0100"]
    assert following(between, alarm_time=None, cron="30 2 * * *") == ["Mon 10/26 02:30 +0100"]


def test_after_means_after() -> None:
    """Not at."""
    assert following("2026-02-17T05:29:59") == ["Tue 02/17 06:30 +0100"]
    assert following("2026-02-17T05:30:00") == ["Wed 02/18 06:30 +0100"]


def test_a_range_of_dates_goes_over_new_year() -> None:
    """And 29 February comes when there is one."""
    assert following("2026-11-01T00:00", 3, alarm_dates=["12/31-01/01", "11/11"]) == [
        "Wed 11/11 06:30 +0100", "Thu 12/31 06:30 +0100", "Fri 01/01 06:30 +0100",
    ]  # fmt: skip
    assert following("2026-11-01T00:00", alarm_dates=["02/29"]) == ["Tue 02/29 06:30 +0100"]
    assert following("2027-02-27T12:00", 2, alarm_dates=["02/28-02/29"]) == [
        "Sun 02/28 06:30 +0100", "Mon 02/28 06:30 +0100",
    ]  # fmt: skip


def test_days_win_over_dates() -> None:
    """As the contract has it."""
    assert following("2026-11-01T12:00", 2, alarm_days=["Mon"], alarm_dates=["11/03"]) == [
        "Mon 11/02 06:30 +0100", "Mon 11/09 06:30 +0100",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("place", "days"),
    [("FR", ["05/13", "05/15"]), ("DE-BY", ["05/13", "05/15"]), ("GB", ["05/13", "05/14"])],
)
def test_holidays_are_those_of_the_place(place: str, days: list[str]) -> None:
    """Ascension Day is one in France, and none in Britain."""
    found = following("2026-05-12T12:00", 2, skip_holidays=place)
    assert [each[4:9] for each in found] == days


def test_a_cron_line_leaves_out_whole_holidays() -> None:
    """Each second of them at once; and a line of nothing but holidays never comes."""
    assert following("2026-12-24T22:59:59", alarm_time=None, cron="* * * * * *",
                     skip_holidays="DE") == ["Sun 12/27 00:00 +0100"]  # fmt: skip
    alarm = read_definition({"cron": "0 7 25 12 *", "skip_holidays": "DE"}, "A", "a")
    assert next_occurrence(alarm, datetime(2026, 2, 17, tzinfo=UTC), PARIS) is None
    alarm = read_definition({"alarm_time": "0700", "alarm_dates": ["12/25"],
                             "skip_holidays": "DE"}, "A", "a")  # fmt: skip
    assert next_occurrence(alarm, datetime(2026, 2, 17, tzinfo=UTC), PARIS) is None


def test_a_zone_of_its_own() -> None:
    """06:30 in Tokyo is the evening before in Paris."""
    assert following("2026-02-17T12:00", timezone="Asia/Tokyo") == ["Tue 02/17 22:30 +0100"]


def test_cron_has_seconds_at_its_end() -> None:
    """The sixth field."""
    alarm = read_definition({"cron": "30 6 * * * 15"}, "A", "a")
    moment = next_occurrence(alarm, datetime(2026, 2, 17, 5, 30, tzinfo=UTC), PARIS)
    assert moment == datetime(2026, 2, 17, 5, 30, 15, tzinfo=UTC)
