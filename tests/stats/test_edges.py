"""What began and what ended."""

from datetime import UTC, datetime

from msgspec.structs import replace

from shared.payloads import Disk
from stats.edges import active, events
from stats.mock import mock_stats

NOW = datetime(2026, 2, 17, tzinfo=UTC)
CALM = mock_stats(NOW, NOW, lambda: 0.5)


def full(percent: float) -> dict[str, Disk]:
    return {"/": Disk(total_bytes=1, used_bytes=1, free_bytes=0, used_percent=percent)}


def test_each_edge_is_told_once() -> None:
    """When it begins and when it ends, not while it lasts."""
    weak = replace(CALM, under_voltage_now=True, throttled_now=True)
    wrong = active(weak, frozenset())
    begun = events(frozenset(), wrong, NOW)
    assert [(e.event, e.active, e.at) for e in begun] == [
        ("throttled", True, NOW), ("under_voltage", True, NOW),
    ]  # fmt: skip
    assert events(wrong, active(weak, wrong), NOW) == []
    ended = events(wrong, active(CALM, wrong), NOW)
    assert [(e.event, e.active) for e in ended] == [("throttled", False), ("under_voltage", False)]


def test_a_disk_at_the_edge_does_not_flap() -> None:
    """Full from 95 %, free again below 93 %."""
    wrong = active(replace(CALM, disks=full(95.0)), frozenset())
    assert wrong == {("disk_full", "/")}
    assert active(replace(CALM, disks=full(93.5)), wrong) == wrong
    assert active(replace(CALM, disks=full(93.5)), frozenset()) == frozenset()
    assert active(replace(CALM, disks=full(92.9)), wrong) == frozenset()
    assert events(frozenset(), wrong, NOW)[0].detail == "/"


def test_a_machine_that_tells_nothing_has_no_events() -> None:
    """Null is not true."""
    silent = replace(CALM, under_voltage_now=None, throttled_now=None, frequency_capped_now=None)
    assert active(silent, frozenset()) == frozenset()
