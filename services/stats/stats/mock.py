"""An invented host, for a machine without sensors: values wander within their ranges. Pure."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from shared.payloads import Container, ContainerStatus, Disk, HostStats, Network
from stats.containers import parse_wanted

_GIB = 1 << 30
_BOOTED_BEFORE = timedelta(days=5, hours=3)
_SHOWN = ("gitea", "samba", "jellyfin")


def mock_stats(now: datetime, started_at: datetime, chance: Callable[[], float]) -> HostStats:
    """Return a reading; `chance` returns 0..1, `started_at` is when the service was started."""
    cores = [round(5 + 70 * chance(), 1) for _ in range(4)]
    used = int((0.3 + 0.4 * chance()) * 4 * _GIB)
    booted_at = started_at - _BOOTED_BEFORE
    rx, tx = round(200_000 * chance(), 1), round(50_000 * chance(), 1)
    return HostStats(
        at=now,
        mock=True,
        cpu_percent=round(sum(cores) / len(cores), 1),
        cpu_core_percents=cores,
        cpu_frequency_hertz=1_500_000_000 if chance() < 0.8 else 600_000_000,
        cpu_temperature_celsius=round(42 + 20 * chance(), 1),
        load_1_minute=round(2 * chance(), 2),
        load_5_minutes=round(1.5 * chance(), 2),
        load_15_minutes=round(chance(), 2),
        memory_total_bytes=4 * _GIB,
        memory_available_bytes=4 * _GIB - used,
        memory_used_bytes=used,
        memory_percent=round(100 * used / (4 * _GIB), 1),
        swap_total_bytes=_GIB // 2,
        swap_used_bytes=0,
        swap_percent=0.0,
        disks={
            "/": Disk(
                total_bytes=32 * _GIB,
                used_bytes=12 * _GIB,
                free_bytes=20 * _GIB,
                used_percent=37.5,
            )
        },
        disk_read_bytes_per_second=round(100_000 * chance(), 1),
        disk_written_bytes_per_second=round(300_000 * chance(), 1),
        networks={
            "eth0": Network(
                rx_bytes=int((now - booted_at).total_seconds() * 100_000),
                tx_bytes=int((now - booted_at).total_seconds() * 25_000),
                rx_bytes_per_second=rx,
                tx_bytes_per_second=tx,
            )
        },
        network_rx_bytes_per_second=rx,
        network_tx_bytes_per_second=tx,
        uptime_seconds=round((now - booted_at).total_seconds(), 1),
        booted_at=booted_at,
        core_voltage_volts=0.85,
        arm_clock_hertz=1_500_000_000,
        core_clock_hertz=500_000_000,
        fan_rpm=int(2500 + 500 * chance()),
        under_voltage_now=False,
        under_voltage_since_boot=False,
        throttled_now=False,
        throttled_since_boot=False,
        frequency_capped_now=False,
        frequency_capped_since_boot=False,
    )


def mock_containers(
    wanted: Sequence[str], started_at: datetime, chance: Callable[[], float]
) -> list[Container]:
    """Return an invented container for each wanted one, or three when none is named."""
    kinds: tuple[ContainerStatus, ...] = ("running", "running", "running", "warning", "stopped")
    return [
        Container(
            name=parse_wanted(entry)[0],
            status=kinds[int(len(kinds) * chance()) % len(kinds)],
            health=None,
            image="invented",
            since_at=started_at,
        )
        for entry in wanted or _SHOWN
    ]
