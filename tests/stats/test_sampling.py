"""From counters to a reading."""

from datetime import UTC, datetime, timedelta

import msgspec
from msgspec.structs import replace

from stats.sampling import MOST_BYTES, DiskSample, Sample, reading

NOW = datetime(2026, 2, 17, 12, 0, tzinfo=UTC)
BEFORE = Sample(
    at=NOW,
    seconds=100.0,
    cores=[(10.0, 100.0), (20.0, 100.0)],
    load=(0.123, 0.5, 1.0),
    memory=(4000, 3000, 900),
    swap=(0, 0),
    disks=[DiskSample("/", 1000, 250, 700)],
    disk_bytes=(1000, 2000),
    networks={"eth0": (5000, 6000)},
    booted_at=NOW - timedelta(hours=2),
)
AFTER = replace(
    BEFORE,
    at=NOW + timedelta(seconds=2),
    seconds=102.0,
    cores=[(11.0, 102.0), (22.0, 102.0)],
    disk_bytes=(1500, 2000),
    networks={"eth0": (7000, 6500), "wlan0": (9, 9)},
)


def test_rates_and_shares() -> None:
    """Differences over the time between, shares of what there is."""
    got = reading(BEFORE, AFTER)
    assert got.cpu_percent == 75.0
    assert got.cpu_core_percents == [50.0, 100.0]
    assert got.networks["eth0"].rx_bytes_per_second == 1000.0
    assert got.networks["eth0"].tx_bytes_per_second == 250.0
    assert got.networks["wlan0"].rx_bytes_per_second == 0.0, "new: nothing to compare it with"
    assert got.network_rx_bytes_per_second == 1000.0
    assert got.disk_read_bytes_per_second == 250.0
    assert got.memory_percent == 25.0
    assert got.swap_percent == 0.0
    assert got.disks["/"].used_percent == 26.3, "as df: of what everyone may use"
    assert got.uptime_seconds == 7202.0
    assert got.load_1_minute == 0.12


def test_what_the_host_cannot_tell_is_null() -> None:
    """Never 0: a display may show a dash, and Home Assistant has no entity."""
    got = reading(replace(BEFORE, disk_bytes=None), replace(AFTER, disk_bytes=None))
    for field in ("cpu_temperature_celsius", "disk_read_bytes_per_second", "core_voltage_volts",
                  "fan_rpm", "throttled_now", "under_voltage_since_boot"):  # fmt: skip
        assert getattr(got, field) is None, field


def test_counters_that_fall_or_stand_still() -> None:
    """An interface that came back counts from zero; no time passed means no share."""
    got = reading(AFTER, replace(BEFORE, seconds=104.0, cores=AFTER.cores))
    assert got.networks["eth0"].rx_bytes_per_second == 2500.0
    assert got.cpu_percent is None


def test_throttled_word() -> None:
    """0x50005, as a Pi with a weak supply has it: now and since boot apart."""
    got = reading(BEFORE, replace(AFTER, throttled=0x50005))
    assert (got.under_voltage_now, got.under_voltage_since_boot) == (True, True)
    assert (got.throttled_now, got.throttled_since_boot) == (True, True)
    assert (got.frequency_capped_now, got.frequency_capped_since_boot) == (False, False)
    got = reading(BEFORE, replace(AFTER, throttled=0x20000))
    assert (got.frequency_capped_now, got.frequency_capped_since_boot) == (False, True)


def test_a_host_with_very_much_still_fits_an_esp32() -> None:
    """Below 2 kB: the last interfaces and disks go, `/` and the totals stay."""
    crowd = replace(
        AFTER,
        networks={f"enp{n}s0f0np0": (10**14 + n, 10**14) for n in range(40)},
        disks=[
            DiskSample(f"/mnt/disk{n}" if n else "/", 10**14, 10**13, 10**13) for n in range(40)
        ],
        cores=[(2.0, 4.0)] * 16,
    )
    got = reading(BEFORE, crowd)
    assert len(msgspec.json.encode(got)) <= MOST_BYTES
    assert "/" in got.disks
    assert got.networks
