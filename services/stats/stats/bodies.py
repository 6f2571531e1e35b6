"""The bodies of the HTTP API: exact keys and units, as its clients have always had them. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from stats.processes import Process
from stats.sampling import busy_percent, busy_percents
from stats.settings import Settings
from stats.snapshot import Cores, Device, Room, Snapshot

VERSION = "1.0.0"
"""Of the API, which clients may ask for; Mantel's own version is another."""

HISTORY_MESSAGE = (
    "Historical metrics not implemented yet. Ask for them by metric=NAME and duration=1h; "
    "`metrics` lists the names."
)
"""Begins as it always did; clients may look for that."""

Body = dict[str, Any]


def encoded(body: Body) -> bytes:
    """Return compact JSON with keys in alphabetical order and a line end."""
    return json.dumps(body, separators=(",", ":"), sort_keys=True).encode() + b"\n"


def stats(snapshot: Snapshot, before: Cores) -> Body:
    """Return the body of /stats; the CPU's use is that since `before`."""
    return {
        "clocks": snapshot.clocks,
        "cpu_freq": snapshot.frequency,
        "cpu_temp": snapshot.temperature,
        "cpu_usage": busy_percent(before, snapshot.cores) or 0.0,
        "disk": _room(snapshot.disk) if snapshot.disk else {},
        "disk_io": snapshot.disk_io,
        "gpu": snapshot.gpu,
        "hardware": snapshot.hardware,
        "load_avg": snapshot.load,
        "memory": _named(("total", "available", "used", "percent"), snapshot.memory),
        "network": snapshot.network,
        "per_cpu_usage": busy_percents(before, snapshot.cores),
        "power": snapshot.power,
        "swap": _named(("total", "used", "free", "percent"), snapshot.swap),
        "timestamp": snapshot.at,
        "uptime": snapshot.uptime,
    }


def chosen(body: Body, fields: str) -> Body:
    """Return the keys that `fields` names, separated by commas; all when it is empty."""
    if not fields:
        return body
    names = {name.strip() for name in fields.split(",")}
    return {key: value for key, value in body.items() if key in names}


def health(uptime: float, memory_percent: float, now: float) -> Body:
    """Return the body of /health."""
    return {
        "status": "healthy",
        "uptime": uptime,
        "memory_usage": memory_percent,
        "timestamp": now,
        "version": VERSION,
    }


def processes(rows: Sequence[Process], now: float) -> Body:
    """Return the body of /processes."""
    return {"processes": [asdict(row) for row in rows], "timestamp": now}


def interfaces(network: Mapping[str, object], now: float) -> Body:
    """Return the body of /network/interfaces."""
    return {"interfaces": network, "timestamp": now}


def storage(devices: Sequence[Device], disk_io: Mapping[str, int], now: float) -> Body:
    """Return the body of /storage/devices."""
    return {
        "devices": [_device(device) for device in devices],
        "disk_io": disk_io,
        "timestamp": now,
    }


def history(metrics: Sequence[str], series: Mapping[str, Any] | None, now: float) -> Body:
    """Return the body of /metrics/history; `series` only when one was asked for."""
    body: Body = {"message": HISTORY_MESSAGE, "metrics": metrics, "timestamp": now}
    return body if series is None else body | {"series": series}


def config(settings: Settings, machine: Mapping[str, object], now: float) -> Body:
    """Return the body of /system/config; `machine` is what does not come from the settings."""
    return {
        **machine,
        "server": {
            "port": settings.pistat_port,
            "host": settings.pistat_host,
            "debug_mode": settings.pistat_debug,
            "cache_seconds": settings.pistat_cache_seconds,
            "rate_limiting": {
                "enabled": settings.pistat_rate_limit_enabled,
                "requests": settings.pistat_rate_limit_requests,
                "window": settings.pistat_rate_limit_window,
            },
            "compression": {
                "enabled": settings.pistat_compression,
                "min_size": settings.pistat_min_compress_size,
            },
        },
        "timestamp": now,
    }


def failed(what: str, error: Exception, now: float | None = None) -> Body:
    """Return the body of an error; only that of /stats tells when."""
    body: Body = {"error": f"Failed to {what}", "details": str(error)}
    return body if now is None else body | {"timestamp": now}


def unhealthy(error: Exception, now: float) -> Body:
    """Return the body of a /health that failed."""
    return {"status": "unhealthy", "error": str(error), "timestamp": now}


def too_many(requests: int, window_seconds: int) -> Body:
    """Return the body of a 429."""
    return {
        "error": "Rate limit exceeded",
        "message": f"Maximum {requests} requests per {window_seconds} seconds",
    }


def _named(keys: Sequence[str], values: Sequence[float]) -> Body:
    return dict(zip(keys, values, strict=True))


def _room(room: Room) -> Body:
    everyones = room.used + room.free
    return {
        **room._asdict(),
        "percent": round(100 * room.used / everyones, 1) if everyones else 0.0,
    }


def _device(device: Device) -> Body:
    *words, room = device
    named = dict(zip(("device", "mountpoint", "filesystem"), words, strict=True))
    return {**named, "access_error": True} if room is None else {**named, **_room(room)}
