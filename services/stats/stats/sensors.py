"""Reads temperature, fan and clock of the CPU, each from the source that this machine has.

Which one that is, is found out by `look`, now and then: to look through the whole tree of
sensors costs more than all other readings together.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import psutil

T = TypeVar("T")

_FAULTS = (OSError, ValueError, RuntimeError)
"""psutil's, where a file of the kernel is gone, odd or closed (the last: NotImplementedError)."""
_CPU_SENSORS = ("cpu_thermal", "cpu-thermal", "coretemp", "k10temp", "zenpower", "soc_thermal")

_SLOW_SECONDS = 0.1


class Sensors:
    """The sensors below `sys`; psutil sees those of the real sysfs alone."""

    def __init__(self, sys: Path) -> None:
        self._sys = sys
        self._temperature: Callable[[], float | None] = nothing
        self._fan: Callable[[], float | None] = nothing
        self._clock: Path | None = None
        self._last_hertz: int | None = None

    def look(self) -> None:
        """Find out what there is. Blocks as long as the slowest sensor does."""
        self._fan = Sensor(psutil_fan) if asked(psutil.sensors_fans) else nothing
        zone = thermal_zone(self._sys)
        if asked(psutil.sensors_temperatures):
            self._temperature = Sensor(psutil_temperature)
        else:
            self._temperature = Sensor(lambda: _celsius(zone)) if zone else nothing
        policies = sorted(self._sys.glob("devices/system/cpu/cpufreq/policy*/scaling_cur_freq"))
        self._clock = policies[0] if policies else None
        # psutil asks every core, or reads the whole of /proc/cpuinfo: too much for each sample
        frequency = None if policies else asked(psutil.cpu_freq)
        self._last_hertz = int(frequency.current * 1_000_000) if frequency else None

    def temperature_celsius(self) -> float | None:
        """Return the temperature of the CPU."""
        return self._temperature()

    def fan_rpm(self) -> int | None:
        """Return the speed of the first fan."""
        rpm = self._fan()
        return None if rpm is None else int(rpm)

    def clock_hertz(self) -> int | None:
        """Return the CPU's clock now; that of the last look where only psutil knows it."""
        if self._clock is not None:
            try:
                return int(self._clock.read_text("ascii")) * 1000
            except (OSError, ValueError):
                return None
        return self._last_hertz


class Sensor:
    """Read when it is made, and each time it is asked for, unless it has shown to be slow.

    Some take a second (those of disks and of embedded controllers), and the whole service waits.
    """

    def __init__(self, read: Callable[[], float | None]) -> None:
        self._read = read
        self._is_slow = False
        self._last: float | None = None
        self()

    def __call__(self) -> float | None:
        """Return what it says now; of a slow one what it said last."""
        if not self._is_slow:
            began = time.monotonic()
            self._last = self._read()
            self._is_slow = time.monotonic() - began > _SLOW_SECONDS
        return self._last


def asked(ask: Callable[[], T]) -> T | None:
    """Return what psutil tells, None where it cannot read what the kernel says."""
    try:
        return ask()
    except _FAULTS:
        return None


def nothing() -> None:
    """Stand for a sensor that this machine lacks."""


def psutil_temperature() -> float | None:
    """Return the temperature of the CPU's own sensor, else of the first."""
    sensors = asked(psutil.sensors_temperatures) or {}
    names = [name for name in _CPU_SENSORS if name in sensors] or list(sensors)
    for name in names:
        for sensor in sensors[name]:
            if sensor.current is not None:
                return float(sensor.current)
    return None


def psutil_fan() -> float | None:
    """Return the speed of the first fan."""
    for fans in (asked(psutil.sensors_fans) or {}).values():
        for fan in fans:
            return float(fan.current)
    return None


def thermal_zone(sys: Path) -> Path | None:
    """Return the thermal zone to read: one of the CPU before others, of those that answer."""
    found = []
    for zone in sorted(sys.glob("class/thermal/thermal_zone*")):
        if _celsius(zone) is None:
            continue
        try:
            kind = (zone / "type").read_text("utf-8", "replace")
        except OSError:
            kind = ""
        found.append(("cpu" not in kind and "pkg" not in kind, zone))
    return min(found, key=lambda each: each[0])[1] if found else None


def _celsius(zone: Path) -> float | None:
    try:
        return int((zone / "temp").read_text("ascii")) / 1000
    except (OSError, ValueError):
        return None
