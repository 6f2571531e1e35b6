"""Whether the clock is right, and where on earth this machine believes to be."""

import ctypes
from datetime import datetime
from pathlib import Path

from mantel.checks.finding import Finding

_TIMEX_BYTES = 256  # struct timex has 208; all zero, it only asks
_UNSYNCHRONISED = 5  # TIME_ERROR
_LOCALTIME = Path("/etc/localtime")


def kernel_state() -> int | None:
    """Return what the kernel says of its clock (adjtimex), None where it cannot be asked."""
    try:
        ask = ctypes.CDLL(None, use_errno=True).adjtimex
    except (OSError, AttributeError):
        return None
    state = int(ask(ctypes.create_string_buffer(_TIMEX_BYTES)))
    return None if state < 0 else state


def synchronised(state: int | None) -> Finding:
    """Return the verdict on what the kernel says."""
    if state is None:
        return Finding("clock", "ok", "the kernel cannot be asked whether it is synchronised")
    if state == _UNSYNCHRONISED:
        return Finding(
            "clock",
            "warning",
            "not synchronised; after a start, alarms wait five minutes for it",
            "sudo timedatectl set-ntp true, and see `timedatectl`",
        )
    return Finding("clock", "ok", "synchronised")


def zone(named: str, now: datetime) -> Finding:
    """Return the verdict on the time zone: that of `TZ`, else this machine's; `now` is in it."""
    name = named or _host_zone()
    text = f"{name or 'of this machine'}, where it is {now:%a %H:%M}, UTC{now.isoformat()[-6:]}"
    if (
        not named
        and name.rsplit("/", 1)[-1] in {"", "UTC", "Universal", "Zulu"}
        and not now.utcoffset()
    ):
        return Finding(
            "time zone",
            "warning",
            text,
            "if you live elsewhere: sudo timedatectl set-timezone Europe/Paris, or TZ in .env",
        )
    return Finding("time zone", "ok", text)


def _host_zone() -> str:
    """Return the name of this machine's zone, empty where it has none."""
    try:
        return str(_LOCALTIME.resolve(strict=True)).partition("zoneinfo/")[2]
    except OSError:
        return ""
