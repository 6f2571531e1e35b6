"""What the numbers of weather mean, and wind in words."""

from typing import get_args

import pytest

from media.source.facts import Icon
from media.source.weather_code import open_weather, wmo
from media.source.wind import beaufort, sector, wind

WMO = (
    *(0, 1, 2, 3, 45, 48, 51, 53, 55, 56, 57, 61, 63, 65, 66, 67),
    *(71, 73, 75, 77, 80, 81, 82, 85, 86, 95, 96, 99),
)


def test_every_number_that_is_sent_has_an_icon_and_words() -> None:
    """The list is that of Open-Meteo's documentation."""
    for code in WMO:
        icon, words = wmo(code)
        assert icon in get_args(Icon)
        assert icon != "unknown"
        assert words


@pytest.mark.parametrize("code", [None, -1, 4, 1234, 3.5e9])
def test_an_unknown_number_is_no_error(code: float | None) -> None:
    assert wmo(code) == ("unknown", "")
    assert open_weather(None if code is None else int(code)) == "unknown"


@pytest.mark.parametrize(
    ("code", "icon"),
    [
        (200, "thunderstorm"), (321, "drizzle"), (501, "rain"), (511, "freezing_rain"),
        (521, "showers"), (600, "snow"), (616, "sleet"), (741, "fog"), (761, "dust"),
        (781, "wind"), (800, "clear"), (801, "partly_cloudy"), (804, "cloudy"),
    ],
)  # fmt: skip
def test_numbers_of_openweathermap(code: int, icon: Icon) -> None:
    assert open_weather(code) == icon


@pytest.mark.parametrize(
    ("degrees", "expected"),
    [(0, "N"), (22.4, "N"), (22.5, "NE"), (225, "SW"), (337.4, "NW"), (337.5, "N"), (360, "N")],
)
def test_sectors(degrees: float, expected: str) -> None:
    assert sector(degrees) == expected


@pytest.mark.parametrize(
    ("speed", "force"),
    [(0, 0), (0.29, 0), (0.3, 1), (3.3, 2), (3.4, 3), (10.7, 5), (10.8, 6), (32.6, 11), (99, 12)],
)
def test_beaufort(speed: float, force: int) -> None:
    assert beaufort(speed) == force


def test_wind_without_a_speed_is_none_and_without_a_direction_has_no_sector() -> None:
    assert wind(None, 90) is None
    still = wind(2.0)
    assert still is not None
    assert (still.sector, still.beaufort) == (None, 2)
