"""The RLCD dashboard's statistics frame, as its clients have always had it. Pure.

Source of names, units and order: the contract of port 8765. The names do not keep what they
promise (kbps are kilobytes a second), so the honest ones are on MQTT and are translated here.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec

from shared.payloads import Container, HostStats

MOST_BYTES = 2000
"""A frame stays below 2 kB, which every display's client can take."""

_MEBIBYTE = 1 << 20


def stats_frame(
    stats: HostStats,
    containers: Sequence[Container],
    now: datetime,
    shape: Literal["list", "map"],
) -> tuple[bytes, int]:
    """Return the JSON text of one frame, and how many containers had no room in it.

    `now` is the wall clock of the bridge's own zone.
    What the host cannot tell is 0.0: the displays' parsers know no null.
    An invented reading carries no time, so that no display sets its clock by it.
    """
    frame: dict[str, Any] = {
        "cpu_pct": stats.cpu_percent or 0.0,
        "mem_pct": stats.memory_percent,
        "mem_used_mb": round(stats.memory_used_bytes / _MEBIBYTE, 1),
        "disk_pct": stats.disks["/"].used_percent if "/" in stats.disks else 0.0,
        "cpu_temp": stats.cpu_temperature_celsius or 0.0,
        "uptime_hrs": round(stats.uptime_seconds / 3600, 2),
        "net_rx_kbps": _kilobytes(stats.network_rx_bytes_per_second),
        "net_tx_kbps": _kilobytes(stats.network_tx_bytes_per_second),
        "services": None,
    }
    if not stats.mock:
        frame["local_time"] = {
            "y": now.year, "mo": now.month, "d": now.day,
            "h": now.hour, "m": now.minute, "s": now.second,
        }  # fmt: skip
    shown = list(containers)
    while True:
        if shape == "map":
            frame["services"] = {each.name: each.status for each in shown}
        else:
            frame["services"] = [{"name": each.name, "status": each.status} for each in shown]
        text = msgspec.json.encode(frame)
        if len(text) <= MOST_BYTES or not shown:
            return text, len(containers) - len(shown)
        # at least one less, and as many as the surplus surely needs
        del shown[-max(1, (len(text) - MOST_BYTES) // 100) :]


def _kilobytes(bytes_per_second: float | None) -> float:
    return round((bytes_per_second or 0.0) / 1000, 2)
