"""What the numbers of weather mean: those of the WMO, and those of OpenWeatherMap. Pure.

A number that is not known is "unknown", never an error.
"""

from media.source.facts import Icon

_WMO: dict[int, tuple[Icon, str]] = {
    0: ("clear", "clear sky"),
    1: ("clear", "mainly clear"),
    2: ("partly_cloudy", "partly cloudy"),
    3: ("cloudy", "overcast"),
    45: ("fog", "fog"),
    48: ("fog", "freezing fog"),
    51: ("drizzle", "light drizzle"),
    53: ("drizzle", "drizzle"),
    55: ("drizzle", "dense drizzle"),
    56: ("freezing_rain", "light freezing drizzle"),
    57: ("freezing_rain", "freezing drizzle"),
    61: ("rain", "light rain"),
    63: ("rain", "rain"),
    65: ("rain", "heavy rain"),
    66: ("freezing_rain", "light freezing rain"),
    67: ("freezing_rain", "freezing rain"),
    71: ("snow", "light snow"),
    73: ("snow", "snow"),
    75: ("snow", "heavy snow"),
    77: ("snow", "snow grains"),
    80: ("showers", "light showers"),
    81: ("showers", "showers"),
    82: ("showers", "violent showers"),
    85: ("snow", "light snow showers"),
    86: ("snow", "snow showers"),
    95: ("thunderstorm", "thunderstorm"),
    96: ("hail", "thunderstorm with hail"),
    99: ("hail", "thunderstorm with heavy hail"),
}

# First and last number of a range
_OPEN_WEATHER: tuple[tuple[int, int, Icon], ...] = (
    (200, 232, "thunderstorm"),
    (300, 321, "drizzle"),
    (500, 504, "rain"),
    (511, 511, "freezing_rain"),
    (520, 531, "showers"),
    (600, 602, "snow"),
    (611, 616, "sleet"),
    (620, 622, "snow"),
    (701, 721, "fog"),
    (731, 731, "dust"),
    (741, 741, "fog"),
    (751, 762, "dust"),
    (771, 781, "wind"),
    (800, 800, "clear"),
    (801, 802, "partly_cloudy"),
    (803, 804, "cloudy"),
)


def wmo(code: float | None) -> tuple[Icon, str]:
    """Return the icon and the description of a WMO code (table 4677, as Open-Meteo sends it)."""
    known: tuple[Icon, str] = ("unknown", "")
    return known if code is None else _WMO.get(int(code), known)


def open_weather(code: int | None) -> Icon:
    """Return the icon of a weather id of OpenWeatherMap."""
    found = (icon for first, last, icon in _OPEN_WEATHER if code and first <= code <= last)
    return next(found, "unknown")
