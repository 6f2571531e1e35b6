"""How values went: the last hour by seconds, the last day by minutes, in rings. Pure."""

import math
from array import array
from collections.abc import Sequence
from typing import Any

from shared.payloads import HostStats

METRICS = (
    "cpu_percent",
    "memory_percent",
    "swap_percent",
    "disk_percent",
    "cpu_temperature_celsius",
    "load_1_minute",
    "network_rx_bytes_per_second",
    "network_tx_bytes_per_second",
    "disk_read_bytes_per_second",
    "disk_written_bytes_per_second",
)
"""Fields of a reading; `disk_percent` is that of `/`."""

_HOUR, _DAY = 3600, 86400
_MOST_POINTS = 720
_MOST_WAITING = 15
_MOST_SLOT = 0xFFFF_FFFF  # what fits in 32 bits: a clock that is wrong may name any year
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}

Point = tuple[int, float | None]


class Ring:
    """Averages of one value, one for each `step` seconds, of the last `size` steps."""

    def __init__(self, step: int, size: int) -> None:
        self._step, self._size = step, size
        # 10 bytes a step; of a slot without a count nothing is known, whatever its number
        self._averages = array("f", [0.0]) * size
        self._counts = array("H", [0]) * size
        self._slots = array("I", [0]) * size

    def add(self, at: int, value: float) -> None:
        """Count `value` at the Unix time `at`."""
        slot = at // self._step & _MOST_SLOT
        place = slot % self._size
        if self._slots[place] != slot:
            self._slots[place], self._counts[place] = slot, 0
        self._counts[place] += 1
        self._averages[place] += (value - self._averages[place]) / self._counts[place]
        if self._counts[place] == 1:
            self._averages[place] = value

    def points(self, now: int, seconds: int, step: int) -> list[Point]:
        """Return the averages of each `step` of the last `seconds`, None where nothing is known."""
        last = now // step
        count = max(1, min(seconds, self._step * self._size) // step)
        return [(slot * step, self._between(slot * step, step))
                for slot in range(last - count + 1, last + 1)]  # fmt: skip

    def _between(self, start: int, seconds: int) -> float | None:
        total, count = 0.0, 0
        for number in range(start // self._step, (start + seconds) // self._step):
            slot = number & _MOST_SLOT
            place = slot % self._size
            if self._slots[place] == slot:
                total += self._averages[place] * self._counts[place]
                count += self._counts[place]
        return round(total / count, 3) if count else None


class History:
    """All metrics of the last day, in half a megabyte; a reading comes each `interval`."""

    def __init__(self, interval_seconds: float) -> None:
        self._least_step = max(1, math.ceil(interval_seconds))
        self._hour = {name: Ring(1, _HOUR) for name in METRICS}
        self._day = {name: Ring(60, _DAY // 60) for name in METRICS}
        self._waiting: list[HostStats] = []

    def add(self, stats: HostStats) -> None:
        """Take a reading; many are counted at a time, each of which then costs a third."""
        self._waiting.append(stats)
        if len(self._waiting) >= _MOST_WAITING:
            self._count()

    def _count(self) -> None:
        for stats in self._waiting:
            at = int(stats.at.timestamp())
            for name in METRICS:
                value = _value(stats, name)
                if value is not None:
                    self._hour[name].add(at, value)
                    self._day[name].add(at, value)
        self._waiting.clear()

    def series(self, names: Sequence[str], seconds: int, now: float) -> dict[str, Any]:
        """Return the step and the points (Unix time, average or None) of each known name."""
        self._count()
        step = max(self._least_step, math.ceil(seconds / _MOST_POINTS))
        rings = self._hour
        if seconds > _HOUR:
            rings, step = self._day, 60
        return {
            name: {"step_seconds": step, "points": rings[name].points(int(now), seconds, step)}
            for name in dict.fromkeys(names)  # one that is named a thousand times costs no more
            if name in rings
        }


def duration(text: str) -> int:
    """Return the seconds of a text such as 90, 15m, 1h or 1d, at most a day; else an hour."""
    text = text.strip().lower()
    unit = _UNITS.get(text[-1:], 0)
    number = text[:-1] if unit else text
    if not (number.isascii() and number.isdigit()) or len(number) > 9 or not int(number):
        return _HOUR
    return min(int(number) * (unit or 1), _DAY)


def _value(stats: HostStats, name: str) -> float | None:
    if name == "disk_percent":
        return stats.disks["/"].used_percent if "/" in stats.disks else None
    value: float | None = getattr(stats, name)
    return value
