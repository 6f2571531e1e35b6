"""What of a forecast is still to come: so that an outage shows a right one for days. Pure."""

from datetime import date, datetime, timedelta

from msgspec.structs import replace

from media.source.facts import Weather, WeatherHour, WeatherNow

_HOUR = timedelta(hours=1)
_MEASURED = timedelta(hours=2)
"""So long what was measured is called now."""


def current(weather: Weather, now: datetime) -> Weather:
    """Return it without hours, days and warnings that are over.

    What was forecast for this hour takes the place of a measurement that is hours ago.
    """
    hours = tuple(hour for hour in weather.hours if hour.at + _HOUR > now)
    measured = weather.now
    if measured is None or not -_MEASURED < now - measured.at < _MEASURED:
        measured = _forecast(hours, weather, now)
    return replace(
        weather,
        now=measured,
        hours=hours,
        days=tuple(day for day in weather.days if day.day >= _today(weather, now)),
        alerts=tuple(alert for alert in weather.alerts if alert.end_at > now),
    )


def _today(weather: Weather, now: datetime) -> date:
    """Return the date at the place: its zone is that of its hours."""
    known = weather.hours[-1].at if weather.hours else weather.now and weather.now.at
    return now.astimezone(known.tzinfo).date() if known else now.date()


def _forecast(hours: tuple[WeatherHour, ...], weather: Weather, now: datetime) -> WeatherNow | None:
    if not hours or hours[0].at > now:
        return None
    hour = hours[0]
    sun = next((day for day in weather.days if day.sunrise_at and day.day == hour.at.date()), None)
    is_day = None
    if sun and sun.sunrise_at and sun.sunset_at:
        is_day = sun.sunrise_at <= now < sun.sunset_at
    return WeatherNow(
        at=hour.at,
        icon=hour.icon,
        description=hour.icon.replace("_", " ").replace("unknown", ""),
        is_day=is_day,
        temperature_celsius=hour.temperature_celsius,
    )
