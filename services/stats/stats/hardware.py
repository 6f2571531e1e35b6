"""What machine this is: model, serial number, firmware, count of USB devices."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from stats import firmware
from stats.mailbox import Mailbox
from stats.pi import machine
from stats.vcgencmd import Vcgencmd


class Hardware:
    """The machine whose sysfs is `sys`; `root` is where its file system is mounted, if elsewhere.

    What was found once is kept as long as this is; what was not is looked for again.
    """

    def __init__(self, root: str, sys: Path, proc: Path = Path("/proc")) -> None:
        self._sys, self._proc = sys, proc
        self._mailbox = Mailbox(Path(root or "/", "dev/vcio"))
        self._vcgencmd = Vcgencmd()
        self._found: dict[str, object] = {}

    def read(self) -> dict[str, object]:
        """Return model, serial, firmware and usb_devices; what is not known is left out.

        Blocks for less than a millisecond, at first up to 2 s where `vcgencmd` is slow.
        """
        sources: dict[str, Callable[[], object]] = {
            "model": lambda: machine(self._proc, self._sys),
            "serial": self._serial,
            "firmware": self._firmware,
            "usb_devices": self._usb_devices,
        }
        for name, source in sources.items():
            if name not in self._found and (value := source()) is not None:
                self._found[name] = value
        return {name: self._found[name] for name in sources if name in self._found}

    def _serial(self) -> str | None:
        if (info := _text(self._proc / "cpuinfo")) is not None:
            for line in info.splitlines():
                name, _, value = line.partition(":")
                if name.strip() == "Serial" and value.strip():
                    return value.strip()
        for folder in (self._proc / "device-tree", self._sys / "firmware/devicetree/base"):
            if told := (_text(folder / "serial-number") or "").strip("\0 \n"):
                return told
        (number,) = self._mailbox.ask((firmware.SERIAL, 0))
        return f"{number:016x}" if number else None

    def _firmware(self) -> str | None:
        if version := self._vcgencmd.version():
            return version
        (built,) = self._mailbox.ask((firmware.REVISION, 0))
        # In the form of the first line that vcgencmd prints
        return f"{datetime.fromtimestamp(built, UTC):%b %d %Y %H:%M:%S}" if built else None

    def _usb_devices(self) -> int | None:
        """Count what `lsusb` would print a line for: hubs too, but not the parts of a device."""
        try:
            entries = os.listdir(self._sys / "bus/usb/devices")  # noqa: PTH208 - names are all
        except OSError:
            return None
        return sum(":" not in entry for entry in entries)


def _text(file: Path) -> str | None:
    try:
        return file.read_text("utf-8", "replace")
    except OSError:
        return None
