"""What began and what ended between two readings. Pure."""

from datetime import datetime

from shared.payloads import HostEvent, HostStats

_FULL_PERCENT = 95.0
_FREE_AGAIN_PERCENT = 93.0  # lower, so that a disk at the edge does not flap

Kind = tuple[str, str | None]


def active(stats: HostStats, before: frozenset[Kind]) -> frozenset[Kind]:
    """Return what is wrong now, as (event, detail); `before` decides at the edge of full."""
    now: set[Kind] = set()
    if stats.under_voltage_now:
        now.add(("under_voltage", None))
    if stats.throttled_now:
        now.add(("throttled", None))
    if stats.frequency_capped_now:
        now.add(("frequency_capped", None))
    for mount, disk in stats.disks.items():
        kind = ("disk_full", mount)
        limit = _FREE_AGAIN_PERCENT if kind in before else _FULL_PERCENT
        if disk.used_percent >= limit:
            now.add(kind)
    return frozenset(now)


def events(before: frozenset[Kind], now: frozenset[Kind], at: datetime) -> list[HostEvent]:
    """Return an event for each difference, what began first."""
    changes = [(kind, True) for kind in sorted(now - before, key=str)]
    changes += [(kind, False) for kind in sorted(before - now, key=str)]
    return [
        HostEvent(event=kind[0], active=is_active, at=at, detail=kind[1])  # type: ignore[arg-type]
        for kind, is_active in changes
    ]
