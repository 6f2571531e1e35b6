"""Any wall-clock time at any moment: a time zone in which it is just then.

The clock of the machine stays as it is, and no service knows that it is tested.
"""

import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

NAME = "Test/Wall"


def wall_clock(directory: Path, local: datetime) -> dict[str, str]:
    """Return the settings of a service for which it is `local` now, to the second.

    `local` is without a zone, and less than a day away from UTC's own clock.
    """
    now = datetime.now(UTC).replace(tzinfo=None)
    offset = round((local - now) / timedelta(seconds=1))
    _write_zone(directory / "zones" / NAME, offset)
    return same_clock(directory)


def same_clock(directory: Path) -> dict[str, str]:
    """Return the settings of the clock that `wall_clock` has made, for the next start."""
    return {"TZ": NAME, "PYTHONTZPATH": str((directory / "zones").absolute())}


def soon(clock: str, seconds: float) -> datetime:
    """Return the wall-clock time that is `seconds` before HHMM of today's date in UTC."""
    now = datetime.now(UTC).replace(tzinfo=None)
    due = now.replace(hour=int(clock[:2]), minute=int(clock[2:]), second=0, microsecond=0)
    return due - timedelta(seconds=seconds)


def _write_zone(path: Path, offset_seconds: int) -> None:
    """Write a TZif file (RFC 8536, version 1) of a zone that never changes."""
    name = b"WALL\0"
    header = b"TZif" + bytes(16) + struct.pack(">6l", 0, 0, 0, 0, 1, len(name))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(header + struct.pack(">lbb", offset_seconds, 0, 0) + name)
