"""What people type of times and days, and what they read."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest

from mantel import schedule
from shared.payloads import AlarmDefinition

NOW = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "time"),
    [("06:30", "0630"), ("6:30", "0630"), ("0630", "0630"), ("23:59", "2359"), ("00:00", "0000")],
)
def test_time(typed: str, time: str) -> None:
    assert schedule.parse_time(typed) == time


@pytest.mark.parametrize("typed", ["24:00", "06:60", "6", "630pm", "", "06:3"])
def test_no_time(typed: str) -> None:
    with pytest.raises(ValueError, match="06:30"):
        schedule.parse_time(typed)


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("Mon-Fri", "Mon Tue Wed Thu Fri"),
        ("weekdays", "Mon Tue Wed Thu Fri"),
        ("sat,SUN", "Sat Sun"),
        ("Sunday, Wednesday", "Wed Sun"),
        ("Fri-Mon", "Mon Fri Sat Sun"),
        ("Tue-Tue", "Tue"),
        ("weekend,Mon", "Mon Sat Sun"),
        ("daily", "Mon Tue Wed Thu Fri Sat Sun"),
    ],
)
def test_days(typed: str, days: str) -> None:
    assert schedule.parse_days(typed) == days.split()


@pytest.mark.parametrize("typed", ["Mo", "Mon-Foo", "Mon-Tue-Wed", " , ", "7"])
def test_no_days(typed: str) -> None:
    with pytest.raises(ValueError, match="day"):
        schedule.parse_days(typed)


def test_dates() -> None:
    assert schedule.parse_dates("12/24-12/26, 01/01") == ["12/24-12/26", "01/01"]
    for wrong in ("13/01", "12/32", "1/1", "12/24-", ","):
        with pytest.raises(ValueError, match="date"):
            schedule.parse_dates(wrong)


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"alarm_time": "0630"}, "06:30 daily"),
        ({"alarm_time": "0630", "alarm_days": ["Mon", "Tue", "Wed", "Fri"]}, "06:30 Mon-Wed, Fri"),
        ({"alarm_time": "0630", "alarm_days": ["Sun", "Sat"]}, "06:30 Sat, Sun"),
        ({"alarm_time": "0630", "alarm_days": list(schedule.DAYS)}, "06:30 daily"),
        ({"alarm_time": "0630", "alarm_days": []}, "06:30 never"),
        ({"alarm_time": "0900", "alarm_dates": ["12/24"], "once": True}, "09:00 12/24 once"),
        (
            {"cron": "0 7 1 * *", "timezone": "Europe/Paris", "skip_holidays": "FR"},
            "cron 0 7 1 * * Europe/Paris not on holidays of FR",
        ),
    ],
)
def test_rings(fields: dict[str, Any], text: str) -> None:
    alarm = msgspec.convert({"id": "a", "name": "A", **fields}, AlarmDefinition)
    assert schedule.rings(alarm) == text


@pytest.mark.parametrize(
    ("away", "text"),
    [
        (timedelta(hours=16), "Mon 23 Nov 06:30 (in 16 h)"),
        (timedelta(seconds=-40), "Sun 22 Nov 14:29 (40 s ago)"),
        (timedelta(days=60), "Thu 21 Jan 2027 14:30 (in 60 d)"),
        (timedelta(minutes=200), "Sun 22 Nov 17:50 (in 3 h 20 min)"),
    ],
)
def test_moment(away: timedelta, text: str) -> None:
    assert schedule.moment(NOW + away, NOW) == text


def test_moment_elsewhere_carries_its_offset() -> None:
    at = (NOW + timedelta(hours=1)).astimezone(timezone(timedelta(hours=9)))
    assert schedule.moment(at, NOW, elsewhere=True) == "Mon 23 Nov 00:30 +0900 (in 1 h)"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (3599, "59 min"), (7200, "2 h"), (180000, "2 d")],
)
def test_span(seconds: int, text: str) -> None:
    assert schedule.span(timedelta(seconds=seconds)) == text
