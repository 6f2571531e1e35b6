"""Public holidays of a country or of one of its regions. Pure.

The library is large, and loaded when the first alarm asks for it.
"""

from datetime import date
from functools import lru_cache
from typing import Any


@lru_cache(maxsize=8)
def _calendar(place: str) -> Any:  # noqa: ANN401
    from holidays import country_holidays

    country, _, region = place.partition("-")
    return country_holidays(country, subdiv=region or None)


def is_known(place: str) -> bool:
    """Tell whether there is a calendar of `place`: a country (DE), or with a region (DE-BY)."""
    from holidays.registry import COUNTRIES, FINANCIAL

    # By any other name the library gives out whatever it calls so itself
    names = (*COUNTRIES.values(), *FINANCIAL.values())
    if not any(place.partition("-")[0] in each for each in names):
        return False
    try:
        _calendar(place)
    except NotImplementedError:  # what the library raises for a place that it does not know
        return False
    return True


def is_holiday(place: str, day: date) -> bool:
    """Tell whether `day` is a public holiday there; the place is a known one."""
    return day in _calendar(place)
