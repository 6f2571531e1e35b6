"""How far the clock of a device that sleeps is off, learned from when it comes. Pure.

What a device is late by has two parts: its clock is wrong by some percent, and it is up for some
seconds each time. So what short sleeps teach is held against short ones, and long ones have
lessons of their own; of short ones they take only that a clock is fast, which no waking explains.
"""

from collections.abc import Sequence
from statistics import median

from msgspec import Struct
from msgspec.structs import replace

LONG_SECONDS = 7200
_LEAST_SECONDS = 300
"""A shorter sleep teaches nothing: the seconds in which a device is up are most of what it is off.
"""
_MOST = 0.1
"""By so much a clock may be off; what came at quite another time was not woken by it."""
_KEPT = 7
_ENOUGH = 3


class Drift(Struct, frozen=True):
    """By what part of its sleeps a device came late, the last ones; negative: early."""

    short: tuple[float, ...] = ()
    long: tuple[float, ...] = ()


def learned(drift: Drift, told_seconds: float, slept_seconds: float) -> Drift:
    """Return what is known after a sleep that was ended by the device's own clock."""
    if told_seconds < _LEAST_SECONDS:
        return drift
    late = round(slept_seconds / told_seconds - 1, 5)
    if abs(late) > _MOST:
        return drift
    if told_seconds < LONG_SECONDS:
        return replace(drift, short=(*drift.short, late)[-_KEPT:])
    return replace(drift, long=(*drift.long, late)[-_KEPT:])


def lateness(drift: Drift, seconds: float) -> float:
    """Return by what part of a sleep of so many seconds a device will be late; 0: not known."""
    if seconds < _LEAST_SECONDS:
        return 0.0
    if seconds < LONG_SECONDS:
        return _known(drift.short)
    if drift.long:  # of a night one is enough: seconds of being up are nothing in it
        return median(drift.long)
    return min(0.0, _known(drift.short))


def to_tell(drift: Drift, seconds: float) -> float:
    """Return what to tell a device that shall come after so many seconds."""
    return seconds / (1 + lateness(drift, seconds))


def to_expect(drift: Drift, told_seconds: float) -> float:
    """Return after how many seconds a device comes that was told a number."""
    return told_seconds * (1 + lateness(drift, told_seconds))


def _known(found: Sequence[float]) -> float:
    return median(found) if len(found) >= _ENOUGH else 0.0
