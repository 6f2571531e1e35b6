"""The host's clock: whether it is right, and whether somebody has just set it.

A Pi has no battery for its clock: after a power cut it starts with the time of the last
shutdown, until it has asked the network.
"""

import ctypes
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

_PATIENCE_SECONDS = 300.0  # a home without a network has alarms too
_STEP_SECONDS = 0.5  # less is the clock being slewed, or two readings that lie apart
_TIMESYNC = Path("/run/systemd/timesync/synchronized")
_STA_UNSYNC = 0x0040
_TIMEX_BYTES = 512  # more than the largest `struct timex`
_STATUS_OFFSET = 5 * ctypes.sizeof(ctypes.c_long)  # modes (padded), offset, freq, two errors


class Clock:
    """Tells the time; `patience_seconds` are counted from the start of the machine."""

    def __init__(self, patience_seconds: float = _PATIENCE_SECONDS) -> None:
        self._patience = patience_seconds
        self._set = False
        self._difference = self._wall_minus_elapsed()

    def now(self) -> datetime:
        """Return the time."""
        return datetime.now(UTC)

    def is_set(self) -> bool:
        """Tell whether the clock can be relied on; once it could, it can for ever."""
        if not self._set:
            up = time.clock_gettime(time.CLOCK_BOOTTIME)
            self._set = up >= self._patience or _is_synchronised()
        return self._set

    def step(self) -> timedelta:
        """Return by how much the clock was set since the last call; a sleep is no step."""
        difference = self._wall_minus_elapsed()
        step = difference - self._difference
        self._difference = difference
        return timedelta(seconds=step if abs(step) > _STEP_SECONDS else 0)

    @staticmethod
    def _wall_minus_elapsed() -> float:
        return time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)


def _is_synchronised() -> bool:
    """Ask the kernel, and systemd where the kernel does not answer."""
    timex = ctypes.create_string_buffer(_TIMEX_BYTES)
    if ctypes.CDLL(None).adjtimex(timex) < 0:
        return os.path.exists(_TIMESYNC)  # noqa: PTH110 - it never raises
    status = ctypes.c_int.from_buffer(timex, _STATUS_OFFSET).value
    return not status & _STA_UNSYNC
