"""From two samples of the host's counters to one reading. Pure."""

from datetime import datetime

import msgspec

from shared.payloads import Disk, HostStats, Network

MOST_BYTES = 2000
"""A reading stays below 2 kB, which every ESP32 client can take."""

_MOST_SHOWN = 3
_REAL = ("eth", "en", "wl")  # before tunnels and the like


class DiskSample(msgspec.Struct, frozen=True):
    """A mounted file system: sizes in bytes."""

    mount: str
    total: int
    used: int
    free: int


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """What the kernel says at one moment; None where it says nothing."""

    at: datetime
    seconds: float
    """Monotonic."""
    cores: list[tuple[float, float]]
    """Busy and total CPU seconds of each core since boot."""
    load: tuple[float, float, float]
    memory: tuple[int, int, int]
    """Total, available and used bytes."""
    swap: tuple[int, int]
    """Total and used bytes."""
    disks: list[DiskSample]
    disk_bytes: tuple[int, int] | None
    """Read and written since boot."""
    networks: dict[str, tuple[int, int]]
    """Received and sent bytes since boot."""
    booted_at: datetime
    frequency_hertz: int | None = None
    temperature_celsius: float | None = None
    fan_rpm: int | None = None
    throttled: int | None = None
    """The firmware's word: bit 0 under-voltage, 1 capped, 2 throttled; 16 to 18 since boot."""
    core_volts: float | None = None
    arm_hertz: int | None = None
    core_hertz: int | None = None


def reading(before: Sample, after: Sample) -> HostStats:
    """Return the reading between two samples.

    A counter that went down (an interface that was removed and came back) counts from zero.
    """
    seconds = max(after.seconds - before.seconds, 0.001)
    cores = busy_percents(before.cores, after.cores)
    networks = {
        name: _network(before.networks.get(name), now, seconds)
        for name, now in sorted(after.networks.items())
    }
    disk_rates: tuple[float | None, float | None] = (None, None)
    if before.disk_bytes and after.disk_bytes:
        disk_rates = (
            _rate(before.disk_bytes[0], after.disk_bytes[0], seconds),
            _rate(before.disk_bytes[1], after.disk_bytes[1], seconds),
        )
    total, available, used = after.memory
    stats = HostStats(
        at=after.at,
        mock=False,
        cpu_percent=busy_percent(before.cores, after.cores),
        cpu_core_percents=cores,
        cpu_frequency_hertz=after.frequency_hertz,
        cpu_temperature_celsius=_rounded(after.temperature_celsius, 1),
        load_1_minute=round(after.load[0], 2),
        load_5_minutes=round(after.load[1], 2),
        load_15_minutes=round(after.load[2], 2),
        memory_total_bytes=total,
        memory_available_bytes=available,
        memory_used_bytes=used,
        memory_percent=_percent(total - available, total),
        swap_total_bytes=after.swap[0],
        swap_used_bytes=after.swap[1],
        swap_percent=_percent(after.swap[1], after.swap[0]),
        disks={disk.mount: _disk(disk) for disk in after.disks},
        disk_read_bytes_per_second=disk_rates[0],
        disk_written_bytes_per_second=disk_rates[1],
        networks=networks,
        network_rx_bytes_per_second=round(sum(n.rx_bytes_per_second for n in networks.values()), 1),
        network_tx_bytes_per_second=round(sum(n.tx_bytes_per_second for n in networks.values()), 1),
        uptime_seconds=round(after.at.timestamp() - after.booted_at.timestamp(), 1),
        booted_at=after.booted_at,
        core_voltage_volts=_rounded(after.core_volts, 4),
        arm_clock_hertz=after.arm_hertz,
        core_clock_hertz=after.core_hertz,
        fan_rpm=after.fan_rpm,
        under_voltage_now=_bit(after.throttled, 0),
        under_voltage_since_boot=_bit(after.throttled, 16),
        frequency_capped_now=_bit(after.throttled, 1),
        frequency_capped_since_boot=_bit(after.throttled, 17),
        throttled_now=_bit(after.throttled, 2),
        throttled_since_boot=_bit(after.throttled, 18),
    )
    return fitted(stats)


def fitted(stats: HostStats) -> HostStats:
    """Leave out disks and interfaces beyond the third, and more where it must be.

    Three of each fit however long their numbers are, so that the choice does not change from
    reading to reading. The totals still count all; `/` and one interface always stay.
    """
    networks = sorted(stats.networks, key=lambda name: (not name.startswith(_REAL), name))
    for most in range(_MOST_SHOWN, 0, -1):
        if max(len(stats.disks), len(networks)) > most:
            stats = msgspec.structs.replace(
                stats,
                disks=dict(list(stats.disks.items())[:most]),
                networks={name: stats.networks[name] for name in networks[:most]},
            )
        if len(msgspec.json.encode(stats)) <= MOST_BYTES:
            break
    return stats


def busy_percent(
    before: list[tuple[float, float]], after: list[tuple[float, float]]
) -> float | None:
    """Return the CPU time used of all cores, None when no time has passed."""
    return _share(_sum(before), _sum(after))


def busy_percents(
    before: list[tuple[float, float]], after: list[tuple[float, float]]
) -> list[float]:
    """Return the percentage of each core; cores can come and go while the host runs."""
    return [_share(old, new) or 0.0 for old, new in zip(before, after, strict=False)]


def _sum(cores: list[tuple[float, float]]) -> tuple[float, float]:
    return sum(busy for busy, _ in cores), sum(total for _, total in cores)


def _share(old: tuple[float, float], new: tuple[float, float]) -> float | None:
    total = new[1] - old[1]
    if total <= 0:
        return None
    return round(min(100.0, max(0.0, 100 * (new[0] - old[0]) / total)), 1)


def _disk(disk: DiskSample) -> Disk:
    return Disk(
        total_bytes=disk.total,
        used_bytes=disk.used,
        free_bytes=disk.free,
        used_percent=_percent(disk.used, disk.used + disk.free),
    )


def _network(old: tuple[int, int] | None, new: tuple[int, int], seconds: float) -> Network:
    old = old or new
    return Network(
        rx_bytes=new[0],
        tx_bytes=new[1],
        rx_bytes_per_second=_rate(old[0], new[0], seconds),
        tx_bytes_per_second=_rate(old[1], new[1], seconds),
    )


def _rate(old: int, new: int, seconds: float) -> float:
    return round((new - old if new >= old else new) / seconds, 1)


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 1) if whole else 0.0


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _bit(word: int | None, number: int) -> bool | None:
    return None if word is None else bool(word >> number & 1)
