"""What the HTTP API tells of the invented host. Pure."""

from shared.payloads import HostStats
from stats.processes import Process
from stats.snapshot import Cores, Device, Room, Snapshot

_MIB = 1 << 20
_NAMES = ("systemd", "mosquitto", "python3", "dockerd", "sshd", "cron")


def mock_snapshot(stats: HostStats, cores: Cores) -> Snapshot:
    """Return a reading of `mock_stats` as the API tells it; `cores` is what they did so far."""
    disk = stats.disks["/"]
    clock = stats.arm_clock_hertz
    return Snapshot(
        at=stats.at.timestamp(),
        uptime=stats.uptime_seconds,
        cores=cores,
        frequency=(stats.cpu_frequency_hertz or 0) / 1_000_000,
        temperature=stats.cpu_temperature_celsius,
        load=(stats.load_1_minute, stats.load_5_minutes, stats.load_15_minutes),
        memory=(
            stats.memory_total_bytes,
            stats.memory_available_bytes,
            stats.memory_used_bytes,
            stats.memory_percent,
        ),
        swap=(stats.swap_total_bytes, stats.swap_used_bytes, stats.swap_total_bytes, 0.0),
        disk=Room(disk.total_bytes, disk.used_bytes, disk.free_bytes),
        disk_io=mock_disk_io(stats),
        network=mock_network(stats),
        gpu={
            "temperature": stats.cpu_temperature_celsius,
            "memory": 76 * _MIB,
            "v3d_clock": stats.core_clock_hertz,
        },
        power={
            "core_voltage": stats.core_voltage_volts,
            "under_voltage": stats.under_voltage_now,
            "freq_capped": stats.frequency_capped_now,
            "throttled": stats.throttled_now,
        },
        clocks={"arm": clock, "core": stats.core_clock_hertz, "sdram": 400_000_000},
        hardware={"model": "Invented Pi\0", "serial": "0" * 16, "usb_devices": 2},
    )


def mock_disk_io(stats: HostStats) -> dict[str, int]:
    """Return counters that grow with the time."""
    seconds = int(stats.uptime_seconds)
    return {
        "read_count": 2 * seconds,
        "write_count": 5 * seconds,
        "read_bytes": 50_000 * seconds,
        "write_bytes": 150_000 * seconds,
        "read_time": seconds,
        "write_time": 4 * seconds,
    }


def mock_network(stats: HostStats) -> dict[str, dict[str, int] | int]:
    """Return the counters of the reading, a packet for each 1000 bytes."""
    found: dict[str, dict[str, int] | int] = {
        name: {
            "bytes_sent": network.tx_bytes,
            "bytes_recv": network.rx_bytes,
            "packets_sent": network.tx_bytes // 1000,
            "packets_recv": network.rx_bytes // 1000,
            **dict.fromkeys(("errin", "errout", "dropin", "dropout"), 0),
        }
        for name, network in stats.networks.items()
    }
    return found | {"active_connections": 12}


def mock_devices(stats: HostStats) -> list[Device]:
    """Return the disks of the reading."""
    return [
        Device("/dev/mmcblk0p2", mount, "ext4", Room(d.total_bytes, d.used_bytes, d.free_bytes))
        for mount, d in stats.disks.items()
    ]


def mock_processes(stats: HostStats) -> list[Process]:
    """Return a few processes that share the CPU among them."""
    share = (stats.cpu_percent or 0.0) / len(_NAMES)
    return [
        Process(
            pid=1 + 100 * number,
            name=name,
            user="root",
            cpu_percent=round(share * (1 + number % 3), 1),
            memory_percent=round(stats.memory_percent / 10 / (1 + number), 3),
            running_time=round(stats.uptime_seconds - 3 * number, 2),
        )
        for number, name in enumerate(_NAMES)
    ]
