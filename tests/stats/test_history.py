"""Rings of averages, and what is asked of them."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from shared.payloads import HostStats
from stats.history import METRICS, History, Ring, duration
from stats.mock import mock_stats

NOON = datetime(2026, 2, 17, 12, tzinfo=UTC)
STATS = mock_stats(NOON, NOON, lambda: 0.5)
T = int(NOON.timestamp())


def at(second: float, percent: float | None) -> HostStats:
    return replace(STATS, at=NOON + timedelta(seconds=second), cpu_percent=percent)


def test_a_slot_is_the_average_of_its_values() -> None:
    ring = Ring(60, 10)
    for second, value in ((0, 1.0), (30, 3.0), (59, 5.0), (60, 7.0)):
        ring.add(T + second, value)
    assert ring.points(T + 61, 180, 60) == [(T - 60, None), (T, 3.0), (T + 60, 7.0)]


def test_what_is_too_old_is_overwritten() -> None:
    """And never told as if it were new."""
    ring = Ring(1, 10)
    for second in range(25):
        ring.add(T + second, float(second))
    told = ring.points(T + 24, 100, 1)
    assert [value for _, value in told] == [float(second) for second in range(15, 25)]
    assert ring.points(T + 1000, 10, 1) == [(T + second, None) for second in range(991, 1001)]


@pytest.mark.parametrize("value", [0.001, 48.7, 99.9, 123456.7, 125_000_000.0, 3e12])
def test_values_keep_seven_digits(value: float) -> None:
    """And are told as they were measured, where three decimals are enough."""
    ring = Ring(60, 10)
    for second in range(60):
        ring.add(T + second, value)
    ((_, told),) = ring.points(T, 60, 60)
    assert told == pytest.approx(value, rel=1e-6)
    assert value > 1000 or told == value


def test_a_gap_is_null_and_not_zero() -> None:
    history = History(1.0)
    for second, percent in ((0, 10.0), (1, None), (3, 40.0)):
        history.add(at(second, percent))
    told = history.series(["cpu_percent"], 5, T + 3.5)["cpu_percent"]
    assert told == {
        "step_seconds": 1,
        "points": [(T - 1, None), (T, 10.0), (T + 1, None), (T + 2, None), (T + 3, 40.0)],
    }


def test_an_hour_is_thinned_by_averages() -> None:
    """To 720 points, each of 5 s."""
    history = History(1.0)
    for second in range(3600):
        history.add(at(second, float(second % 10)))
    told = history.series(["cpu_percent"], 3600, T + 3599)["cpu_percent"]
    assert told["step_seconds"] == 5
    assert len(told["points"]) == 720
    assert told["points"][0] == (T, 2.0)
    assert told["points"][-1] == (T + 3595, 7.0)


def test_a_day_is_minutes() -> None:
    history = History(2.0)
    for minute in range(0, 24 * 60, 10):
        history.add(at(60 * minute, float(minute)))
    told = history.series(["cpu_percent"], 86400, T + 86399)["cpu_percent"]
    assert told["step_seconds"] == 60
    assert len(told["points"]) == 1440
    assert told["points"][:2] == [(T, 0.0), (T + 60, None)]


def test_steps_are_not_shorter_than_the_interval() -> None:
    """Else every other point would be null."""
    history = History(2.0)
    for second in range(0, 60, 2):
        history.add(at(second, 1.0))
    told = history.series(["cpu_percent"], 60, T + 59)["cpu_percent"]
    assert told["step_seconds"] == 2
    assert {value for _, value in told["points"]} == {1.0}


def test_all_metrics_are_kept() -> None:
    """And a name that is none is passed over."""
    history = History(2.0)
    history.add(STATS)
    told = history.series([*METRICS, "nothing", ""], 2, T)
    assert set(told) == set(METRICS)
    assert told["disk_percent"]["points"][-1][1] == STATS.disks["/"].used_percent
    assert told["network_rx_bytes_per_second"]["points"][-1][1] == 100_000.0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("", 3600), ("90", 90), ("15m", 900), ("1h", 3600), ("24h", 86400), ("1d", 86400),
        ("30s", 30), (" 2H ", 7200), ("9d", 86400), ("0", 3600), ("-5", 3600), ("soon", 3600),
        ("m", 3600), ("1.5h", 3600), ("9" * 5000, 3600), ("٣h", 3600), ("1e3", 3600),
    ],
)  # fmt: skip
def test_durations(text: str, seconds: int) -> None:
    """What is no duration is an hour, as if nothing was asked; a day is the most."""
    assert duration(text) == seconds


def test_a_name_that_is_repeated_is_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else one request of 32 kB would hold the service up for seconds."""
    computed = []
    points = Ring.points

    def counted(ring: Ring, *asked: int) -> object:
        computed.append(asked)
        return points(ring, *asked)

    monkeypatch.setattr(Ring, "points", counted)
    told = History(1.0).series(["cpu_percent"] * 2500, 3600, T)
    assert (list(told), len(computed)) == (["cpu_percent"], 1)


@pytest.mark.parametrize("second", [-5, 2**32 + 5])
def test_a_clock_that_is_far_off(second: int) -> None:
    """As without a battery: there is a year before 1970, and one after 2106."""
    ring = Ring(1, 10)
    ring.add(second, 7.0)
    assert ring.points(second, 1, 1) == [(second, 7.0)]
