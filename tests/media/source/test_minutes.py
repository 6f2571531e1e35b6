"""The last hour of a host: a sample for every minute."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from media.source.facts import HostMinute
from media.source.minutes import Minutes, Sum

START = datetime(2026, 7, 8, 10, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def reading(cpu: float | None, rx: float | None = 5.0) -> HostMinute:
    return HostMinute(at=START, cpu_percent=cpu, memory_used_bytes=1000, rx_bytes_per_second=rx)


def test_E30_every_minute_has_a_sample() -> None:
    """Ten rows in ten minutes, each the mean of its own readings, and none is left out."""
    minutes = Minutes()
    for second in range(0, 600, 2):
        minutes.add(START + second * SECOND, reading(second // 60 + (second % 4) / 2))
    last = minutes.last(START + 600 * SECOND)
    assert len(last) == 60
    assert [each.cpu_percent for each in last[-10:]] == [minute + 0.5 for minute in range(10)]
    assert [each.at for each in last[-10:]] == [
        START + minute * 60 * SECOND for minute in range(10)
    ]
    assert all(each.cpu_percent is None for each in last[:50])


def test_the_minute_that_runs_is_not_told_yet() -> None:
    minutes = Minutes()
    minutes.add(START, reading(1))
    assert minutes.last(START + 59 * SECOND)[-1].cpu_percent is None
    assert minutes.last(START + 60 * SECOND)[-1].cpu_percent == 1


def test_a_gap_is_a_row_without_values() -> None:
    """And what a reading does not tell counts for nothing, as zero would."""
    minutes = Minutes()
    minutes.add(START, reading(10, None))
    minutes.add(START + SECOND, reading(None, 4))
    minutes.add(START + 120 * SECOND, reading(30))
    rows = minutes.last(START + 180 * SECOND)[-3:]
    assert [(row.cpu_percent, row.rx_bytes_per_second) for row in rows] == [
        (10, 4), (None, None), (30, 5)
    ]  # fmt: skip


def test_what_is_over_an_hour_old_is_forgotten() -> None:
    """So is a future that a wrong clock told."""
    minutes = Minutes()
    for minute in range(200):
        minutes.add(START + minute * 60 * SECOND, reading(minute))
    assert len(minutes.dump()) <= 62
    minutes.add(START, reading(1))
    assert len(minutes.dump()) == 1


def test_it_is_kept_and_recalled() -> None:
    minutes = Minutes()
    minutes.add(START, reading(10))
    raw = msgspec.json.encode(minutes.dump())
    again = Minutes(msgspec.json.decode(raw, type=dict[str, Sum]))
    again.add(START + SECOND, reading(20))
    assert again.last(START + 60 * SECOND)[-1].cpu_percent == 15


def test_minutes_are_told_in_the_zone_of_who_asks_and_none_twice() -> None:
    """Also in the hour that the clocks repeat."""
    zone = ZoneInfo("Europe/Brussels")
    minutes = Minutes()
    told = minutes.last(datetime(2026, 10, 25, 1, 30, tzinfo=UTC).astimezone(zone))
    assert len({each.at.astimezone(UTC) for each in told}) == 60
    assert str(told[0].at) == "2026-10-25 02:30:00+02:00"
