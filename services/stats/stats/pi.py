"""Reads what only a Raspberry Pi has: throttling, core voltage, clocks.

The kernel's file for throttling comes first; the rest is asked of the firmware's mailbox, where
its device node is there and may be opened. On any other machine all of it is None.
"""

import fcntl
import struct
from dataclasses import dataclass
from pathlib import Path

from stats import firmware

# _IOWR(100, 0, char *): the size is that of a pointer
_PROPERTY = 0xC000_0000 | struct.calcsize("P") << 16 | 100 << 8


@dataclass(frozen=True)
class PiReading:
    """Throttle bits, volts and hertz; None where the machine does not tell."""

    throttled: int | None = None
    core_volts: float | None = None
    arm_hertz: int | None = None
    core_hertz: int | None = None


class Pi:
    """The firmware of this machine, if it has one: `sys` is sysfs, `mailbox` the device node."""

    def __init__(self, sys: Path, mailbox: Path) -> None:
        # below soc on a Pi 4, below soc@107c000000 on a Pi 5
        files = [
            *sys.glob("devices/platform/*/*firmware/get_throttled"),
            *sys.glob("devices/platform/*firmware/get_throttled"),
        ]
        self._throttled = files[0] if files else None
        self._mailbox = mailbox

    def read(self) -> PiReading:
        """Ask for everything once."""
        throttled = self._throttled_file()
        try:
            device = self._mailbox.open("rb", buffering=0)
        except OSError:
            return PiReading(throttled)
        with device:
            if throttled is None:
                throttled = _ask(device.fileno(), firmware.THROTTLED, 0)
            microvolts = _ask(device.fileno(), firmware.VOLTAGE, firmware.CORE_VOLTAGE)
            return PiReading(
                throttled,
                microvolts / 1_000_000 if microvolts else None,
                _ask(device.fileno(), firmware.CLOCK_MEASURED, firmware.ARM),
                _ask(device.fileno(), firmware.CLOCK_MEASURED, firmware.CORE),
            )

    def _throttled_file(self) -> int | None:
        if self._throttled is None:
            return None
        try:
            return int(self._throttled.read_text("ascii"), 16)
        except (OSError, ValueError):
            return None


def _ask(descriptor: int, tag: int, argument: int) -> int | None:
    message = firmware.request(tag, argument)
    try:
        fcntl.ioctl(descriptor, _PROPERTY, message)
    except OSError:  # no mailbox behind this node
        return None
    return firmware.answer(message, tag)
