"""Weather and forecast of a place. Pure.

All moments are in the place's zone, and an absent value is None, never 0.
"""

from datetime import date, datetime
from typing import Literal

from msgspec import Struct

Icon = Literal[
    "clear", "partly_cloudy", "cloudy", "fog", "drizzle", "rain", "showers", "freezing_rain",
    "sleet", "snow", "thunderstorm", "hail", "wind", "dust", "unknown",
]  # fmt: skip
"""Our own few names of weather; where `is_day` is false a theme may draw a moon for the sun."""

WindSector = Literal["N", "NE", "E", "SE", "S", "SW", "W", "NW"]


class Wind(Struct, frozen=True, kw_only=True):
    """Wind in 10 m height; it blows from `direction`."""

    speed_metres_per_second: float
    gust_metres_per_second: float | None = None
    direction_degrees: float | None = None
    sector: WindSector | None = None
    beaufort: int  # 0..12


class WeatherNow(Struct, frozen=True, kw_only=True):
    """The weather as it was measured or computed for `at`."""

    at: datetime
    icon: Icon
    description: str  # in English, such as "light rain"
    is_day: bool | None = None
    temperature_celsius: float | None = None
    feels_like_celsius: float | None = None
    humidity_percent: float | None = None
    wind: Wind | None = None


class WeatherHour(Struct, frozen=True, kw_only=True):
    """The forecast of one hour, which begins `at`."""

    at: datetime
    icon: Icon = "unknown"
    temperature_celsius: float | None = None
    precipitation_percent: float | None = None  # how likely
    precipitation_millimetres: float | None = None


class WeatherDay(Struct, frozen=True, kw_only=True):
    """The forecast of one day at the place."""

    day: date
    icon: Icon
    description: str
    most_celsius: float | None = None
    least_celsius: float | None = None
    feels_like_celsius: float | None = None  # by day, where the provider tells it
    precipitation_percent: float | None = None
    precipitation_millimetres: float | None = None
    wind: Wind | None = None
    sunrise_at: datetime | None = None
    sunset_at: datetime | None = None


class WeatherAlert(Struct, frozen=True, kw_only=True):
    """A warning of a weather service."""

    event: str
    sender: str
    start_at: datetime
    end_at: datetime


class Weather(Struct, frozen=True, kw_only=True):
    """Weather and forecast of one place; in a snapshot, without hours and days that are over.

    `now` is what was measured; when that is hours ago, what was forecast for this hour stands in
    its place (without wind), and it is None when there is no such forecast.
    """

    place: str
    provider: Literal["open-meteo", "openweathermap"]
    credit: str  # to be shown small, as the provider's licence asks
    now: WeatherNow | None
    hours: tuple[WeatherHour, ...] = ()
    days: tuple[WeatherDay, ...] = ()
    alerts: tuple[WeatherAlert, ...] = ()
