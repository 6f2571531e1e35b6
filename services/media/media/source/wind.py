"""Wind in words: sectors and the Beaufort scale. Pure."""

import bisect
from typing import get_args

from media.source.facts import Wind, WindSector

_SECTORS: tuple[WindSector, ...] = get_args(WindSector)
# Least speed of force 1 to 12, metres per second
_FORCES = (0.3, 1.6, 3.4, 5.5, 8.0, 10.8, 13.9, 17.2, 20.8, 24.5, 28.5, 32.7)


def sector(degrees: float) -> WindSector:
    """Return which of eight the wind comes from; 0 and 360 are north."""
    return _SECTORS[int((degrees % 360 + 22.5) // 45) % 8]


def beaufort(metres_per_second: float) -> int:
    """Return the force, 0 to 12."""
    return bisect.bisect_right(_FORCES, metres_per_second)


def wind(
    speed: float | None, degrees: float | None = None, gust: float | None = None
) -> Wind | None:
    """Return the wind, None where its speed is not known; all in metres per second."""
    if speed is None or speed < 0:
        return None
    return Wind(
        speed_metres_per_second=speed,
        gust_metres_per_second=gust,
        direction_degrees=degrees,
        sector=None if degrees is None else sector(degrees),
        beaufort=beaufort(speed),
    )
