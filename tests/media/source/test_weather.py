"""Answers of both providers as one weather, and what of it is still to come."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from media.source import open_meteo, openweathermap
from media.source.current import current
from media.source.facts import Weather
from media.source.forecast import reason
from media.source.reply_error import ReplyError
from tests.media.source import provider

NOW = datetime(2026, 7, 8, 12, 20, tzinfo=UTC)  # 14:20 in Brussels


def meteo(**changed: Any) -> Weather:
    return open_meteo.weather(json.dumps(provider.open_meteo(NOW) | changed).encode(), "Sea")


def test_open_meteo() -> None:
    """Local times get their offset; the values keep their units."""
    weather = meteo()
    assert (weather.place, weather.provider) == ("Sea", "open-meteo")
    now = weather.now
    assert now is not None
    assert now.at == datetime(2026, 7, 8, 12, 15, tzinfo=UTC)
    assert now.at.isoformat() == "2026-07-08T14:15:00+02:00"
    assert (now.icon, now.description, now.is_day) == ("rain", "light rain", True)
    assert (now.temperature_celsius, now.feels_like_celsius, now.humidity_percent) == (
        18.4,
        17.1,
        71,
    )
    assert now.wind is not None
    assert (now.wind.sector, now.wind.beaufort, now.wind.gust_metres_per_second) == ("SW", 4, 11.0)
    assert len(weather.hours) == 192
    assert weather.hours[14].at == datetime(2026, 7, 8, 12, 0, tzinfo=UTC)
    assert weather.hours[14].temperature_celsius == 17
    assert weather.hours[14].precipitation_percent == 14
    days = weather.days
    assert [day.icon for day in days] == [
        *("clear", "partly_cloudy", "fog", "rain", "snow", "thunderstorm", "hail", "unknown")
    ]
    assert (days[3].precipitation_percent, days[3].precipitation_millimetres) == (95, 8.2)
    assert days[0].sunrise_at == datetime(2026, 7, 8, 3, 41, tzinfo=UTC)
    assert (days[7].most_celsius, days[7].wind) == (None, None)


def test_a_zone_that_is_not_known_has_its_offset() -> None:
    weather = meteo(timezone="Mars/Olympus")
    assert weather.hours[0].at.isoformat() == "2026-07-08T00:00:00+02:00"
    assert meteo(timezone="../../etc/passwd").hours


def test_beyond_a_change_of_the_clocks_the_one_offset_of_the_answer_counts() -> None:
    """What Open-Meteo calls 08:00 is an hour earlier on the wall by then."""
    before = datetime(2026, 10, 24, 10, tzinfo=UTC)
    answer = json.dumps(provider.open_meteo(before)).encode()
    hour = open_meteo.weather(answer, "Sea").hours[2 * 24 + 8]
    assert hour.at.isoformat() == "2026-10-26T07:00:00+01:00"


def test_lists_of_other_lengths_and_parts_that_are_missing() -> None:
    """What is not told is None, and no error."""
    weather = meteo(hourly={"time": ["2026-07-08T14:00", "2026-07-08T15:00"],
                            "temperature_2m": [1.0]}, current=None)  # fmt: skip
    assert [hour.temperature_celsius for hour in weather.hours] == [1.0, None]
    assert weather.now is None


USELESS = [
    b"",
    b"null",
    b"[]",
    b"<html>",
    b'{"utc_offset_seconds": "x", "timezone_offset": "x"}',
    b'{"utc_offset_seconds": 0}',
    b'{"utc_offset_seconds": 99999999999, "hourly": {"time": ["2026-07-08T14:00"]}}',
    b'{"utc_offset_seconds": 0, "hourly": {"time": ["yesterday"]}}',
    b'{"utc_offset_seconds": 3600, "hourly": {"time": ["0001-01-01T00:00"]}, "timezone": "UTC"}',
    b'{"hourly": [{"dt": 99999999999999}]}',
    b"\xff\xfe",
    b"[" * 100_000,
]


@pytest.mark.parametrize("body", USELESS)
@pytest.mark.parametrize("module", [open_meteo, openweathermap])
def test_no_forecast_is_said_and_nothing_worse(module: Any, body: bytes) -> None:
    with pytest.raises(ReplyError, match="forecast"):
        module.weather(body, "")


def test_openweathermap() -> None:
    """Shares are percents, conditions are told together, what is left out is None."""
    weather = openweathermap.weather(json.dumps(provider.one_call(NOW)).encode(), "Sea")
    now = weather.now
    assert now is not None
    assert (now.at, now.icon, now.description) == (NOW, "rain", "light rain, mist")
    assert now.is_day is True
    assert now.wind is not None
    assert (now.wind.sector, now.wind.beaufort, now.wind.gust_metres_per_second) == ("N", 3, None)
    assert weather.hours[0].precipitation_millimetres is None
    assert (weather.hours[1].precipitation_millimetres, weather.hours[1].icon) == (0.31, "rain")
    first, second = weather.days[:2]
    assert (first.day, first.most_celsius, first.least_celsius) == (date(2026, 7, 8), 22, 11)
    assert (first.precipitation_percent, first.precipitation_millimetres) == (85, 3.2)
    assert (second.precipitation_millimetres, first.feels_like_celsius) == (1.5, 19)
    assert [alert.event for alert in weather.alerts] == ["Wind advisory"]
    assert first.sunrise_at
    assert first.sunrise_at.utcoffset() == timedelta(hours=2)


def test_what_is_over_is_left_out_for_as_long_as_it_is_shown() -> None:
    """Also of what was kept through a restart: then times have their offset alone."""
    kept = msgspec.json.decode(msgspec.json.encode(meteo()), type=Weather)
    for hours in (0, 1, 9, 10, 23):
        now = NOW + timedelta(hours=hours)
        left = current(kept, now)
        assert left.hours[0].at <= now < left.hours[0].at + timedelta(hours=1)
        assert left.days[0].day == (now + timedelta(hours=2)).date()
        assert left.now is not None
        assert now - left.now.at < timedelta(hours=2)


def test_the_forecast_of_this_hour_stands_for_a_measurement_of_hours_ago() -> None:
    """With sun or moon as it is then."""
    night = current(meteo(), datetime(2026, 7, 8, 20, 30, tzinfo=UTC)).now
    assert night is not None
    assert (night.icon, night.is_day, night.temperature_celsius) == ("cloudy", False, 21)
    assert night.wind is None
    assert current(meteo(hourly={"time": []}), NOW + timedelta(hours=5)).now is None


def test_the_day_is_that_of_the_place() -> None:
    """Not that of the house, nor of UTC."""
    late = datetime(2026, 7, 8, 22, 30, tzinfo=UTC)  # half past midnight in Brussels
    assert current(meteo(), late).days[0].day == date(2026, 7, 9)


@pytest.mark.parametrize(
    "body", [b'{"error": true, "reason": "no"}', b'{"cod": 401, "message": "no"}']
)
def test_reasons(body: bytes) -> None:
    assert reason(body) == "no"
    assert [reason(other) for other in (b"", b"[]", b"<html>", b"{}")] == [""] * 4
