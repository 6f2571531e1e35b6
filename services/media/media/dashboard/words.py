"""The words of a dashboard in the house's language: days, months, labels, weather. Pure."""

from datetime import date, datetime, timedelta
from typing import Literal

from msgspec import Struct

from media.source.facts import Age, Icon, WindSector

Language = Literal["en", "de"]


class Words(Struct, frozen=True, kw_only=True):
    """One language. `labels` are for themes; those that they share have the same keys."""

    language: Language
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    labels: dict[str, str]
    weather: dict[Icon, str]
    sectors: dict[WindSector, str] = {}
    as_of: str
    ordinal: str = ""
    point: str = "."

    def weekday(self, day: date) -> str:
        """Return "Saturday"."""
        return self.weekdays[day.weekday()]

    def short_weekday(self, day: date) -> str:
        """Return "Sat"."""
        return self.weekday(day)[: 3 if self.language == "en" else 2]

    def month(self, day: date) -> str:
        """Return "November"."""
        return self.months[day.month - 1]

    def short_month(self, day: date) -> str:
        """Return "Nov"."""
        return self.month(day)[:3]

    def day_of_month(self, day: date) -> str:
        """Return "21", or "21." where a language writes it so."""
        return f"{day.day}{self.ordinal}"

    def long_day(self, day: date) -> str:
        """Return "Saturday, 21 November"."""
        return f"{self.weekday(day)}, {self.day_of_month(day)} {self.month(day)}"

    def short_day(self, day: date) -> str:
        """Return "Sat 21 Nov"."""
        return f"{self.short_weekday(day)} {self.day_of_month(day)} {self.short_month(day)}"

    def near_day(self, day: date, today: date) -> str:
        """Return "Today", "Tomorrow" or "Monday, 23 November"."""
        if day == today:
            return self.labels["today"]
        if day == today + timedelta(days=1):
            return self.labels["tomorrow"]
        return self.long_day(day)

    def moment(self, at: datetime, today: date) -> str:
        """Return "14:05", with its day where that is another: "Fri 14:05", "3 Nov"."""
        days = abs((today - at.date()).days)
        if not days:
            return f"{at:%H:%M}"
        if days < 7:
            return f"{self.short_weekday(at)} {at:%H:%M}"
        return f"{self.day_of_month(at)} {self.short_month(at)}"

    def age(self, age: Age, today: date) -> str:
        """Return "as of 14:05", "" while it is fresh."""
        if age.freshness == "fresh" or age.at is None:
            return ""
        return f"{self.as_of} {self.moment(age.at, today)}"

    def number(self, value: float, digits: int = 0) -> str:
        """Return a number as it is written; never "-0"."""
        text = f"{value:.{digits}f}"
        if float(text) == 0:
            text = text.lstrip("-")
        return text.replace("-", "\N{MINUS SIGN}").replace(".", self.point)

    def degrees(self, celsius: float | None) -> str:
        """Return "7°", "" where it is not known."""
        return "" if celsius is None else f"{self.number(celsius)}°"

    def percent(self, value: float | None) -> str:
        """Return "40 %", "" where it is not known."""
        return "" if value is None else f"{self.number(value)}\N{NO-BREAK SPACE}%"

    def amount(self, value: float, unit: str = "B") -> str:
        """Return "1.2 TB": three digits that count, decimal units."""
        prefixes = iter("kMGTP")
        prefix = ""
        while abs(value) >= 999.5:
            value, prefix = value / 1000, next(prefixes, "E")
        digits = 1 if prefix and abs(value) < 9.95 else 0
        return f"{self.number(value, digits)}\N{NO-BREAK SPACE}{prefix}{unit}"


_ENGLISH = Words(
    language="en",
    weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    months=("January", "February", "March", "April", "May", "June", "July", "August", "September",
            "October", "November", "December"),
    as_of="as of",
    labels={
        "today": "Today", "tomorrow": "Tomorrow", "all_day": "all day", "until": "until",
        "weather": "Weather", "calendar": "Calendar", "news": "News", "host": "Last hour",
        "disks": "Disks", "containers": "Containers", "alarm": "Alarm", "no_alarm": "no alarm",
        "cpu": "CPU", "memory": "Memory", "swap": "Swap", "network": "Network",
        "received": "down", "sent": "up", "feels_like": "feels like", "humidity": "Humidity",
        "wind": "Wind", "rain": "Rain", "sunrise": "Sunrise", "sunset": "Sunset", "of": "of",
        "no_events": "Nothing in the next days", "no_weather": "No weather yet",
        "no_calendar": "No calendar yet", "no_news": "No news yet", "no_host": "No readings yet",
        "more": "more", "running": "running", "uptime": "up", "day": "d", "hour": "h",
        "paper": "The Mantelpiece", "week": "Week", "nothing": "Nothing is set up to be shown",
        "set_up": "config/sources.toml names what a dashboard shows", "temperature": "Temperature",
        "home": "Home", "minutes_ago": "min ago", "now": "now", "hours": "Next hours",
    },
    weather={
        "clear": "clear", "partly_cloudy": "partly cloudy", "cloudy": "cloudy", "fog": "fog",
        "drizzle": "drizzle", "rain": "rain", "showers": "showers",
        "freezing_rain": "freezing rain", "sleet": "sleet", "snow": "snow",
        "thunderstorm": "thunderstorm", "hail": "hail", "wind": "windy", "dust": "dust",
        "unknown": "",
    },
)  # fmt: skip

_GERMAN = Words(
    language="de",
    weekdays=("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
    months=("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September",
            "Oktober", "November", "Dezember"),
    as_of="Stand",
    ordinal=".",
    point=",",
    sectors={"E": "O", "NE": "NO", "SE": "SO"},
    labels={
        "today": "Heute", "tomorrow": "Morgen", "all_day": "ganztags", "until": "bis",
        "weather": "Wetter", "calendar": "Kalender", "news": "Nachrichten",
        "host": "Letzte Stunde", "disks": "Laufwerke", "containers": "Container",
        "alarm": "Wecker", "no_alarm": "kein Wecker", "cpu": "CPU", "memory": "Speicher",
        "swap": "Swap", "network": "Netz", "received": "ab", "sent": "auf",
        "feels_like": "gefühlt", "humidity": "Feuchte", "wind": "Wind", "rain": "Regen",
        "sunrise": "Sonnenaufgang", "sunset": "Sonnenuntergang", "of": "von",
        "no_events": "Nichts in den nächsten Tagen", "no_weather": "Noch kein Wetter",
        "no_calendar": "Noch kein Kalender", "no_news": "Noch keine Nachrichten",
        "no_host": "Noch keine Messwerte", "more": "weitere", "running": "läuft", "uptime": "an",
        "day": "T", "hour": "h", "paper": "Der Kaminsims", "week": "Woche",
        "nothing": "Es ist nichts eingerichtet, das zu zeigen wäre",
        "set_up": "config/sources.toml nennt, was ein Dashboard zeigt",
        "temperature": "Temperatur", "home": "Zuhause", "minutes_ago": "min her", "now": "jetzt",
        "hours": "Nächste Stunden",
    },
    weather={
        "clear": "klar", "partly_cloudy": "teils bewölkt", "cloudy": "bedeckt", "fog": "Nebel",
        "drizzle": "Nieselregen", "rain": "Regen", "showers": "Schauer",
        "freezing_rain": "gefrierender Regen", "sleet": "Schneeregen", "snow": "Schnee",
        "thunderstorm": "Gewitter", "hail": "Hagel", "wind": "windig", "dust": "Staub",
        "unknown": "",
    },
)  # fmt: skip

LANGUAGES: dict[Language, Words] = {"en": _ENGLISH, "de": _GERMAN}
"""Each language by its code."""
