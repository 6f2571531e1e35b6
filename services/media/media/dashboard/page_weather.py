"""The weather of a page. Pure."""

from datetime import date, datetime
from typing import Any

from media.dashboard.letters import tidy
from media.dashboard.words import Words
from media.source.facts import Weather, WeatherDay, WeatherHour, WeatherNow, Wind

_MOST_DAYS, _MOST_HOURS = 6, 24

_SUNNY = frozenset({"clear", "partly_cloudy", "showers"})


def weather(known: Weather, now: datetime, words: Words) -> dict[str, Any]:
    """Return the weather now, of at most six days, and of the next hours."""
    return {
        "place": tidy(known.place, 40),
        "credit": tidy(known.credit, 80),
        "now": _now(known.now, words) if known.now else None,
        "days": [_day(each, now.date(), words) for each in known.days[:_MOST_DAYS]],
        "hours": [_hour(each, words) for each in known.hours[:_MOST_HOURS]],
        "alerts": [tidy(each.event, 80) for each in known.alerts[:3]],
    }


def _now(now: WeatherNow, words: Words) -> dict[str, Any]:
    feels = ""
    if words.degrees(now.feels_like_celsius) not in {"", words.degrees(now.temperature_celsius)}:
        feels = f"{words.labels['feels_like']} {words.degrees(now.feels_like_celsius)}"
    return {
        "icon": now.icon,
        "night": now.is_day is False and now.icon in _SUNNY,
        "temperature": words.degrees(now.temperature_celsius),
        "feels": feels,
        "description": _description(now.description, now.icon, words),
        "humidity": words.percent(now.humidity_percent),
        "wind": _wind(now.wind, words),
    }


def _day(known: WeatherDay, today: date, words: Words) -> dict[str, Any]:
    return {
        "name": words.short_weekday(known.day),
        "long_name": words.near_day(known.day, today)
        if known.day == today
        else words.weekday(known.day),
        "date": f"{words.day_of_month(known.day)} {words.short_month(known.day)}",
        "icon": known.icon,
        "description": _description(known.description, known.icon, words),
        "high": words.degrees(known.most_celsius),
        "low": words.degrees(known.least_celsius),
        "feels": words.degrees(known.feels_like_celsius),
        "rain": words.percent(known.precipitation_percent),
        "rain_percent": known.precipitation_percent,
        "rain_amount": _rain(known.precipitation_millimetres, words),
        "wind": _wind(known.wind, words),
        "sunrise": f"{known.sunrise_at:%H:%M}" if known.sunrise_at else "",
        "sunset": f"{known.sunset_at:%H:%M}" if known.sunset_at else "",
    }


def _hour(known: WeatherHour, words: Words) -> dict[str, Any]:
    return {
        "name": f"{known.at:%H}",
        "icon": known.icon,
        "temperature": words.degrees(known.temperature_celsius),
        "celsius": known.temperature_celsius and round(known.temperature_celsius, 1),
        "rain_percent": known.precipitation_percent,
    }


def _wind(wind: Wind | None, words: Words) -> dict[str, Any] | None:
    """Return the wind: from where, by letters and degrees, and its force after Beaufort."""
    if wind is None:
        return None
    sector = words.sectors.get(wind.sector, wind.sector) if wind.sector else ""
    return {
        "sector": sector,
        "degrees": wind.direction_degrees,
        "beaufort": wind.beaufort,
        "text": f"{sector} {wind.beaufort}".strip(),
        "speed": f"{words.number(wind.speed_metres_per_second * 3.6)}\N{NO-BREAK SPACE}km/h",
    }


def _rain(millimetres: float | None, words: Words) -> str:
    if not millimetres:
        return ""
    digits = 0 if millimetres >= 10 else 1
    return f"{words.number(millimetres, digits)}\N{NO-BREAK SPACE}mm"


def _description(told: str, icon: Any, words: Words) -> str:  # noqa: ANN401
    """Return what the provider says, which is English; in another language our own word."""
    return tidy(told, 60) if words.language == "en" and told else words.weather[icon]
