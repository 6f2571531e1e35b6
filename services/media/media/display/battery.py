"""What is left in a display's battery, by the voltage that it tells. Pure.

The cells are Li-ion, and what is told of them shakes with load and cold.
"""

import itertools
from statistics import median

from msgspec import Struct
from msgspec.structs import replace

_CURVE = (
    (4.20, 100), (4.06, 90), (3.98, 80), (3.92, 70), (3.87, 60), (3.82, 50), (3.79, 40),
    (3.77, 30), (3.74, 20), (3.68, 10), (3.45, 5), (3.30, 0),
)  # fmt: skip
"""Volts at rest, and percent."""
_LEAST_VOLTS, _MOST_VOLTS = 2.0, 5.0
"""A board without a battery tells 0, or what its charger puts out."""
_READINGS = 5
_LOW_VOLTS, _EMPTY_VOLTS = 3.6, 3.45
_LOW_PERCENT, _EMPTY_PERCENT = 8, 5
"""The same of a device that tells no volts."""
_MORE_VOLTS, _MORE_PERCENT = 0.1, 7
"""So much above its limit a low battery is low no more: a reading shakes by less."""
_CHARGED_POINTS = 25


class Battery(Struct, frozen=True):
    """`volts` are the last readings, the newest last; `percent` is None while none was told.

    `low` stays until it is well above the limit, so that nothing that tells of it comes and goes.
    """

    volts: tuple[float, ...] = ()
    percent: int | None = None
    low: bool = False


def measured(battery: Battery, volts: float, *, charging: bool) -> Battery:
    """Return a battery after one more reading.

    Its percentage never rises unless it is charged. Few devices tell that; one whose least
    reading of five is 25 points above what was known must have been: warmth makes ten.
    """
    if not _LEAST_VOLTS <= volts <= _MOST_VOLTS:
        return battery
    readings = (*battery.volts, volts)[-_READINGS:]
    percent, known = charge_percent(median(readings)), battery.percent
    if known is not None and not charging:
        least = charge_percent(min(readings))
        if len(readings) < _READINGS or least < known + _CHARGED_POINTS:
            percent = min(percent, known)
    return Battery(readings, percent, battery.low)


def settled(battery: Battery) -> Battery:
    """Return a battery after what was told of it, with whether it is low now."""
    more = (_MORE_VOLTS, _MORE_PERCENT) if battery.low else (0.0, 0)
    return replace(battery, low=_is_below(battery, *more))


def charge_percent(volts: float) -> int:
    """Return the charge of a cell at rest, 0 to 100."""
    if volts >= _CURVE[0][0]:
        return 100
    for (high, more), (low, less) in itertools.pairwise(_CURVE):
        if volts >= low:
            return round(less + (more - less) * (volts - low) / (high - low))
    return 0


def stretch(battery: Battery, *, charging: bool) -> int:
    """Return how many times longer a display sleeps than it would with a full battery."""
    if charging:
        return 1
    if not battery.volts:
        left = 100 if battery.percent is None else battery.percent
        return 4 if left < _EMPTY_PERCENT else 2 if left < _LOW_PERCENT else 1
    volts = median(battery.volts)
    if volts < _EMPTY_VOLTS:
        return 4
    return 2 if volts < _LOW_VOLTS else 1


def is_low(battery: Battery, *, charging: bool) -> bool:
    """Tell whether the battery wants to be charged, and is not."""
    return not charging and (battery.low or _is_below(battery))


def _is_below(battery: Battery, more_volts: float = 0.0, more_percent: int = 0) -> bool:
    """Tell whether it is below the limit from which on it is low, or one that is higher."""
    if battery.volts:
        return median(battery.volts) < _LOW_VOLTS + more_volts
    return battery.percent is not None and battery.percent < _LOW_PERCENT + more_percent
