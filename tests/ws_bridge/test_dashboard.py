"""The dashboard's frame."""

import json
from datetime import UTC, datetime
from typing import Literal

import pytest
from msgspec.structs import replace

from shared.payloads import Container
from stats.mock import mock_stats
from ws_bridge.dashboard import MOST_BYTES, stats_frame

NOW = datetime(2026, 2, 17, 12, 13, 39, tzinfo=UTC)
STATS = replace(mock_stats(NOW, NOW, lambda: 0.5), mock=False)
GITEA = Container(name="gitea", status="running", health=None, image=None, since_at=None)


def test_names_units_and_order() -> None:
    """As the contract's example has them."""
    stats = replace(
        STATS,
        memory_used_bytes=1650 * 1048576,
        uptime_seconds=120.4 * 3600,
        network_rx_bytes_per_second=12_300.0,
    )
    frame = json.loads(stats_frame(stats, [GITEA], NOW, "list")[0])
    assert list(frame) == [
        "cpu_pct", "mem_pct", "mem_used_mb", "disk_pct", "cpu_temp", "uptime_hrs",
        "net_rx_kbps", "net_tx_kbps", "services", "local_time",
    ]  # fmt: skip
    assert frame["mem_used_mb"] == 1650
    assert frame["uptime_hrs"] == 120.4
    assert frame["net_rx_kbps"] == 12.3
    assert frame["services"] == [{"name": "gitea", "status": "running"}]
    assert frame["local_time"] == {"y": 2026, "mo": 2, "d": 17, "h": 12, "m": 13, "s": 39}


def test_what_is_not_known_is_zero_for_the_displays() -> None:
    """Their parsers know no null."""
    stats = replace(
        STATS,
        cpu_percent=None,
        cpu_temperature_celsius=None,
        network_rx_bytes_per_second=None,
        disks={},
    )
    frame = json.loads(stats_frame(stats, [], NOW, "list")[0])
    for field in ("cpu_pct", "cpu_temp", "net_rx_kbps", "disk_pct"):
        assert frame[field] == 0.0, field


def test_services_as_a_map_and_no_time_in_mock_mode() -> None:
    """The two switches of the frame."""
    frame = json.loads(stats_frame(replace(STATS, mock=True), [GITEA], NOW, "map")[0])
    assert frame["services"] == {"gitea": "running"}
    assert "local_time" not in frame


@pytest.mark.parametrize("shape", ["list", "map"])
def test_a_host_with_very_many_containers_still_fits_a_display(
    shape: Literal["list", "map"],
) -> None:
    """Below 2 kB: the first ones, and it is told how many are left out."""
    crowd = [replace(GITEA, name=f"container number {n}") for n in range(300)]
    text, left_out = stats_frame(STATS, crowd, NOW, shape)
    assert 1500 < len(text) <= MOST_BYTES
    shown = json.loads(text)["services"]
    assert len(shown) + left_out == 300
    first = shown[0]["name"] if shape == "list" else next(iter(shown))
    assert first == "container number 0"
    assert stats_frame(STATS, [GITEA], NOW, shape)[1] == 0
