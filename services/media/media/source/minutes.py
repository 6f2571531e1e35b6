"""The last hour of a host, a mean for every minute. Pure."""

from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import Struct

from media.source.facts import HostMinute

_FIELDS = (
    "cpu_percent", "memory_used_bytes", "swap_used_bytes",
    "rx_bytes_per_second", "tx_bytes_per_second",
)  # fmt: skip
_MINUTE = timedelta(minutes=1)
COUNT = 60


class Sum(Struct):
    """What was measured in one minute: for each field how often, and the sum."""

    counts: list[int]
    sums: list[float]


class Minutes:
    """Takes readings, and tells the means of the minutes that are over."""

    def __init__(self, kept: dict[str, Sum] | None = None) -> None:
        """`kept` is what `dump` gave in an earlier life."""
        self._sums = {datetime.fromisoformat(at): total for at, total in (kept or {}).items()}

    def dump(self) -> dict[str, Sum]:
        """Return what is to be kept."""
        return {at.isoformat(): total for at, total in self._sums.items()}

    def add(self, at: datetime, reading: Any) -> None:  # noqa: ANN401
        """Add a reading of `at` that has the fields of a HostMinute; None is left out."""
        minute = _minute(at)
        total = self._sums.get(minute)
        if total is None:
            total = self._sums[minute] = Sum([0] * len(_FIELDS), [0.0] * len(_FIELDS))
            self._forget(minute)
        for index, name in enumerate(_FIELDS):
            value = getattr(reading, name)
            if value is not None:
                total.counts[index] += 1
                total.sums[index] += value

    def _forget(self, newest: datetime) -> None:
        """Forget what is over an hour old; and what is of a future that a wrong clock told."""
        for minute in list(self._sums):
            if not -2 * _MINUTE < newest - minute <= (COUNT + 1) * _MINUTE:
                del self._sums[minute]

    def last(self, now: datetime) -> tuple[HostMinute, ...]:
        """Return the 60 minutes before the one of `now`, the oldest first, in its zone."""
        end = _minute(now)
        return tuple(self._mean(end - step * _MINUTE, now) for step in range(COUNT, 0, -1))

    def _mean(self, minute: datetime, now: datetime) -> HostMinute:
        total = self._sums.get(minute)
        means: dict[str, float] = {}
        if total is not None:
            means = {
                name: total.sums[index] / total.counts[index]
                for index, name in enumerate(_FIELDS)
                if total.counts[index]
            }
        return HostMinute(at=minute.astimezone(now.tzinfo), **means)


def _minute(at: datetime) -> datetime:
    """Return the begin of a minute; all are in UTC, where no minute comes twice."""
    seconds = int(at.timestamp()) // 60 * 60
    return datetime.fromtimestamp(seconds, UTC)
