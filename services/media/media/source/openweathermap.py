"""OpenWeatherMap's One Call 3.0: what is asked, and its answer as our weather. Pure.

https://openweathermap.org/api/one-call-3; its times are seconds since 1970. What it leaves out
(gusts on a calm day, rain on a dry one) is None.
"""

from datetime import UTC, datetime, tzinfo

from msgspec import Struct, field

from media.source.facts import Icon, Weather, WeatherAlert, WeatherDay, WeatherHour, WeatherNow
from media.source.forecast import MOST, place_zone, understood
from media.source.weather_code import open_weather
from media.source.wind import wind

BASE = "https://api.openweathermap.org"
PATH = "/data/3.0/onecall"
CREDIT = "Weather data by OpenWeather"
_MOST_ALERTS = 10


class _Condition(Struct):
    id: int | None = None
    main: str = ""
    description: str = ""
    icon: str = ""


class _Fallen(Struct):
    hour: float | None = field(name="1h", default=None)


class _Current(Struct):
    dt: int
    temp: float | None = None
    feels_like: float | None = None
    humidity: float | None = None
    wind_speed: float | None = None
    wind_deg: float | None = None
    wind_gust: float | None = None
    weather: list[_Condition] = []


class _Hour(Struct):
    dt: int
    temp: float | None = None
    pop: float | None = None
    rain: _Fallen | None = None
    snow: _Fallen | None = None
    weather: list[_Condition] = []


class _Temperatures(Struct):
    day: float | None = None
    min: float | None = None
    max: float | None = None


class _Day(Struct):
    dt: int
    sunrise: int | None = None
    sunset: int | None = None
    temp: _Temperatures = field(default_factory=_Temperatures)
    feels_like: _Temperatures = field(default_factory=_Temperatures)
    wind_speed: float | None = None
    wind_deg: float | None = None
    wind_gust: float | None = None
    pop: float | None = None
    rain: float | None = None
    snow: float | None = None
    weather: list[_Condition] = []


class _Alert(Struct):
    event: str = ""
    sender_name: str = ""
    start: int = 0
    end: int = 0


class _Reply(Struct):
    timezone_offset: int = 0
    timezone: str = ""
    current: _Current | None = None
    hourly: list[_Hour] = []
    daily: list[_Day] = []
    alerts: list[_Alert] = []


def parameters(latitude: float, longitude: float, key: str) -> dict[str, str]:
    """Return what is asked for a place."""
    return {
        "lat": f"{latitude:.4f}",
        "lon": f"{longitude:.4f}",
        "units": "metric",
        "exclude": "minutely",
        "appid": key,
    }


def weather(body: bytes, place: str) -> Weather:
    """Return the weather that an answer tells; ReplyError."""

    def read(reply: _Reply) -> Weather:
        zone = place_zone(reply.timezone, reply.timezone_offset)
        return Weather(
            place=place,
            provider="openweathermap",
            credit=CREDIT,
            now=None if reply.current is None else _now(reply.current, zone),
            hours=tuple(_hour(each, zone) for each in reply.hourly[:MOST]),
            days=tuple(_day(each, zone) for each in reply.daily[:MOST]),
            alerts=tuple(_alert(each, zone) for each in reply.alerts[:_MOST_ALERTS]),
        )

    return understood(body, _Reply, read)


def _moment(seconds: int, zone: tzinfo) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).astimezone(zone)


def _conditions(weather: list[_Condition]) -> tuple[Icon, str]:
    """Return the icon of the first of several conditions, and all of them in words."""
    words = ", ".join(each.description or each.main for each in weather[:4])
    return open_weather(weather[0].id if weather else None), words


def _percent(share: float | None) -> float | None:
    return None if share is None else round(share * 100, 1)


def _sum(*amounts: float | None) -> float | None:
    """Return rain and snow together; None where neither is told."""
    told = [amount for amount in amounts if amount is not None]
    return sum(told) if told else None


def _now(current: _Current, zone: tzinfo) -> WeatherNow:
    icon, description = _conditions(current.weather)
    drawn = current.weather[0].icon if current.weather else ""
    return WeatherNow(
        at=_moment(current.dt, zone),
        icon=icon,
        description=description,
        is_day={"d": True, "n": False}.get(drawn[-1:]),
        temperature_celsius=current.temp,
        feels_like_celsius=current.feels_like,
        humidity_percent=current.humidity,
        wind=wind(current.wind_speed, current.wind_deg, current.wind_gust),
    )


def _hour(hour: _Hour, zone: tzinfo) -> WeatherHour:
    fallen = [each.hour for each in (hour.rain, hour.snow) if each]
    return WeatherHour(
        at=_moment(hour.dt, zone),
        icon=_conditions(hour.weather)[0],
        temperature_celsius=hour.temp,
        precipitation_percent=_percent(hour.pop),
        precipitation_millimetres=_sum(*fallen),
    )


def _day(day: _Day, zone: tzinfo) -> WeatherDay:
    icon, description = _conditions(day.weather)
    return WeatherDay(
        day=_moment(day.dt, zone).date(),
        icon=icon,
        description=description,
        most_celsius=day.temp.max,
        least_celsius=day.temp.min,
        feels_like_celsius=day.feels_like.day,
        precipitation_percent=_percent(day.pop),
        precipitation_millimetres=_sum(day.rain, day.snow),
        wind=wind(day.wind_speed, day.wind_deg, day.wind_gust),
        sunrise_at=_moment(day.sunrise, zone) if day.sunrise else None,
        sunset_at=_moment(day.sunset, zone) if day.sunset else None,
    )


def _alert(alert: _Alert, zone: tzinfo) -> WeatherAlert:
    return WeatherAlert(
        event=alert.event[:100],
        sender=alert.sender_name[:100],
        start_at=_moment(alert.start, zone),
        end_at=_moment(alert.end, zone),
    )
