"""The bodies of the HTTP API, from invented values."""

import json
from dataclasses import replace

import pytest

from stats import bodies
from stats.processes import Process
from stats.settings import Settings
from stats.snapshot import Device, Room, Snapshot

SNAPSHOT = Snapshot(
    at=1000.5,
    uptime=7.25,
    cores=[(3.0, 4.0), (1.0, 4.0)],
    frequency=1500.0,
    temperature=None,
    load=(0.1, 0.2, 0.3),
    memory=(100, 60, 30, 40.0),
    swap=(10, 4, 6, 40.0),
    disk=Room(1000, 300, 100),
    disk_io={"read_count": 1},
    network={"eth0": {"bytes_sent": 1}, "active_connections": 3},
    gpu={},
    power={},
    clocks={},
    hardware={"model": "Raspberry Pi 4\0"},
)
IDLE = [(0.0, 0.0), (0.0, 0.0)]


def test_stats_has_exactly_its_keys() -> None:
    assert bodies.stats(SNAPSHOT, IDLE) == {
        "clocks": {},
        "cpu_freq": 1500.0,
        "cpu_temp": None,
        "cpu_usage": 50.0,
        "disk": {"total": 1000, "used": 300, "free": 100, "percent": 75.0},
        "disk_io": {"read_count": 1},
        "gpu": {},
        "hardware": {"model": "Raspberry Pi 4\0"},
        "load_avg": (0.1, 0.2, 0.3),
        "memory": {"total": 100, "available": 60, "used": 30, "percent": 40.0},
        "network": {"eth0": {"bytes_sent": 1}, "active_connections": 3},
        "per_cpu_usage": [75.0, 25.0],
        "power": {},
        "swap": {"total": 10, "used": 4, "free": 6, "percent": 40.0},
        "timestamp": 1000.5,
        "uptime": 7.25,
    }


def test_no_time_between_is_no_use_and_no_error() -> None:
    body = bodies.stats(SNAPSHOT, SNAPSHOT.cores)
    assert body["cpu_usage"] == 0.0


def test_a_disk_that_cannot_be_read_leaves_the_rest() -> None:
    assert bodies.stats(replace(SNAPSHOT, disk=None), IDLE)["disk"] == {}


def test_json_is_compact_and_alphabetical_with_a_line_end() -> None:
    """Also where a name is not of this alphabet, or not text at all."""
    assert bodies.encoded({"b": [1, 2.5], "a": {"z": None, "y": "é\udcff\0"}}) == (
        b'{"a":{"y":"\\u00e9\\udcff\\u0000","z":null},"b":[1,2.5]}\n'
    )


@pytest.mark.parametrize(
    ("fields", "keys"),
    [
        ("b,a", {"a", "b"}), (" a ,, nope ", {"a"}), ("nope", set()), (",", set()),
        ("", {"a", "b"}), ("A", set()), ("a.x", set()),
    ],
)  # fmt: skip
def test_fields(fields: str, keys: set[str]) -> None:
    """Trimmed names of the top level; all for none, nothing for unknown ones."""
    assert set(bodies.chosen({"a": {"x": 1}, "b": 2}, fields)) == keys


def test_devices() -> None:
    """One that cannot be read says so in place of its sizes."""
    body = bodies.storage(
        [Device("/dev/a", "/", "ext4", Room(0, 0, 0)), Device("/dev/b", "/b", "vfat", None)],
        {},
        5.0,
    )
    assert body == {
        "devices": [
            {
                "device": "/dev/a", "mountpoint": "/", "filesystem": "ext4",
                "total": 0, "used": 0, "free": 0, "percent": 0.0,
            },
            {
                "device": "/dev/b", "mountpoint": "/b", "filesystem": "vfat",
                "access_error": True,
            },
        ],
        "disk_io": {},
        "timestamp": 5.0,
    }  # fmt: skip


def test_processes() -> None:
    row = Process(1, "init", None, 120.0, 0.5, 9.0)
    assert bodies.processes([row], 5.0) == {
        "processes": [
            {
                "pid": 1, "name": "init", "user": None, "cpu_percent": 120.0,
                "memory_percent": 0.5, "running_time": 9.0,
            }
        ],
        "timestamp": 5.0,
    }  # fmt: skip


def test_history_keeps_its_two_keys() -> None:
    """Its message begins as it did when there was no history."""
    body = bodies.history(("a",), None, 5.0)
    assert set(body) == {"message", "metrics", "timestamp"}
    assert body["message"].startswith("Historical metrics not implemented yet.")
    assert bodies.history(("a",), {}, 5.0)["series"] == {}


def test_config_tells_the_settings() -> None:
    settings = Settings(pistat_port=80, pistat_cache_seconds=9, pistat_compression=False)
    assert bodies.config(settings, {"hostname": "pi"}, 5.0) == {
        "hostname": "pi",
        "server": {
            "port": 80,
            "host": "0.0.0.0",
            "debug_mode": False,
            "cache_seconds": 9,
            "rate_limiting": {"enabled": True, "requests": 60, "window": 60},
            "compression": {"enabled": False, "min_size": 500},
        },
        "timestamp": 5.0,
    }


def test_errors() -> None:
    assert json.loads(bodies.encoded(bodies.too_many(60, 30))) == {
        "error": "Rate limit exceeded",
        "message": "Maximum 60 requests per 30 seconds",
    }
    assert bodies.failed("do it", OSError("no")) == {"error": "Failed to do it", "details": "no"}
    assert bodies.failed("do it", OSError("no"), 5.0)["timestamp"] == 5.0
    assert bodies.unhealthy(OSError("no"), 5.0) == {
        "status": "unhealthy", "error": "no", "timestamp": 5.0,
    }  # fmt: skip
