"""Open-Meteo: what is asked, and its answer as our weather. Pure.

https://open-meteo.com/en/docs; its times are local ones without offset, all with the one offset
`utc_offset_seconds`, also beyond a change of the clocks.
"""

from datetime import date, datetime, timedelta, timezone
from typing import Any

import msgspec
from msgspec import Struct

from media.source.facts import Weather, WeatherDay, WeatherHour, WeatherNow
from media.source.forecast import MOST, place_zone, understood
from media.source.weather_code import wmo
from media.source.wind import wind

BASE = "https://api.open-meteo.com"
PATH = "/v1/forecast"
CREDIT = "Weather data by Open-Meteo.com"
_DAYS = 8  # a week remains after a night without an answer

_CURRENT = (
    "temperature_2m,apparent_temperature,relative_humidity_2m,is_day,weather_code,"
    "wind_speed_10m,wind_direction_10m,wind_gusts_10m"
)
_HOURLY = "temperature_2m,precipitation_probability,precipitation,weather_code"
_DAILY = (
    "weather_code,temperature_2m_max,temperature_2m_min,apparent_temperature_max,"
    "precipitation_sum,precipitation_probability_max,wind_speed_10m_max,"
    "wind_direction_10m_dominant,wind_gusts_10m_max,sunrise,sunset"
)

Numbers = list[float | None]


class _Current(Struct):
    time: str
    temperature_2m: float | None = None
    apparent_temperature: float | None = None
    relative_humidity_2m: float | None = None
    is_day: float | None = None
    weather_code: float | None = None
    wind_speed_10m: float | None = None
    wind_direction_10m: float | None = None
    wind_gusts_10m: float | None = None


class _Hourly(Struct):
    time: list[str] = []
    temperature_2m: Numbers = []
    precipitation_probability: Numbers = []
    precipitation: Numbers = []
    weather_code: Numbers = []


class _Daily(Struct):
    time: list[str] = []
    weather_code: Numbers = []
    temperature_2m_max: Numbers = []
    temperature_2m_min: Numbers = []
    apparent_temperature_max: Numbers = []
    precipitation_sum: Numbers = []
    precipitation_probability_max: Numbers = []
    wind_speed_10m_max: Numbers = []
    wind_direction_10m_dominant: Numbers = []
    wind_gusts_10m_max: Numbers = []
    sunrise: list[str | None] = []
    sunset: list[str | None] = []


class _Reply(Struct):
    utc_offset_seconds: int
    timezone: str = ""
    current: _Current | None = None
    hourly: _Hourly = msgspec.field(default_factory=_Hourly)
    daily: _Daily = msgspec.field(default_factory=_Daily)


def parameters(latitude: float, longitude: float, key: str = "") -> dict[str, str]:
    """Return what is asked for a place; a key is for commercial use alone."""
    asked = {
        "latitude": f"{latitude:.4f}",
        "longitude": f"{longitude:.4f}",
        "timezone": "auto",
        "current": _CURRENT,
        "hourly": _HOURLY,
        "daily": _DAILY,
        "forecast_days": str(_DAYS),
        "wind_speed_unit": "ms",
    }
    return asked | ({"apikey": key} if key else {})


def weather(body: bytes, place: str) -> Weather:
    """Return the weather that an answer tells; ReplyError."""

    def read(reply: _Reply) -> Weather:
        moments = _Moments(reply)
        return Weather(
            place=place,
            provider="open-meteo",
            credit=CREDIT,
            now=_now(reply.current, moments),
            hours=_hours(reply.hourly, moments),
            days=_days(reply.daily, moments),
        )

    return understood(body, _Reply, read)


class _Moments:
    """Reads local times of an answer."""

    def __init__(self, reply: _Reply) -> None:
        self._offset = timezone(timedelta(seconds=reply.utc_offset_seconds))
        self._zone = place_zone(reply.timezone, reply.utc_offset_seconds)

    def read(self, text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=self._offset).astimezone(self._zone)

    def maybe(self, text: str | None) -> datetime | None:
        return self.read(text) if text else None


def _at(values: list[Any], index: int) -> Any:  # noqa: ANN401
    return values[index] if index < len(values) else None


def _now(current: _Current | None, moments: _Moments) -> WeatherNow | None:
    if current is None:
        return None
    icon, description = wmo(current.weather_code)
    return WeatherNow(
        at=moments.read(current.time),
        icon=icon,
        description=description,
        is_day=None if current.is_day is None else bool(current.is_day),
        temperature_celsius=current.temperature_2m,
        feels_like_celsius=current.apparent_temperature,
        humidity_percent=current.relative_humidity_2m,
        wind=wind(current.wind_speed_10m, current.wind_direction_10m, current.wind_gusts_10m),
    )


def _hours(hourly: _Hourly, moments: _Moments) -> tuple[WeatherHour, ...]:
    return tuple(
        WeatherHour(
            at=moments.read(time),
            icon=wmo(_at(hourly.weather_code, index))[0],
            temperature_celsius=_at(hourly.temperature_2m, index),
            precipitation_percent=_at(hourly.precipitation_probability, index),
            precipitation_millimetres=_at(hourly.precipitation, index),
        )
        for index, time in enumerate(hourly.time[:MOST])
    )


def _days(daily: _Daily, moments: _Moments) -> tuple[WeatherDay, ...]:
    days = []
    for index, time in enumerate(daily.time[:MOST]):
        icon, description = wmo(_at(daily.weather_code, index))
        days.append(
            WeatherDay(
                day=date.fromisoformat(time[:10]),
                icon=icon,
                description=description,
                most_celsius=_at(daily.temperature_2m_max, index),
                least_celsius=_at(daily.temperature_2m_min, index),
                feels_like_celsius=_at(daily.apparent_temperature_max, index),
                precipitation_percent=_at(daily.precipitation_probability_max, index),
                precipitation_millimetres=_at(daily.precipitation_sum, index),
                wind=wind(
                    _at(daily.wind_speed_10m_max, index),
                    _at(daily.wind_direction_10m_dominant, index),
                    _at(daily.wind_gusts_10m_max, index),
                ),
                sunrise_at=moments.maybe(_at(daily.sunrise, index)),
                sunset_at=moments.maybe(_at(daily.sunset, index)),
            )
        )
    return tuple(days)
