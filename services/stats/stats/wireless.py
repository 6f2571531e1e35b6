"""How strong the signal of each WiFi interface is: from the kernel's table, else from `iw`."""

import re
import shutil
import subprocess
import threading
import time
from pathlib import Path

_EACH_SECONDS = 30.0
_TIMEOUT_SECONDS = 2.0
"""For all runs of `iw` of one time together."""
_NO_SIGNAL = -256
_INTERFACE = re.compile(r"^\s*Interface (\S+)$", re.MULTILINE)
_SIGNAL = re.compile(r"^\s*signal: (-\d+) dBm", re.MULTILINE)


def signals(table: str) -> dict[str, int]:
    """Return the dBm of each interface in /proc/net/wireless; old drivers' own scales are not."""
    found = {}
    for line in table.splitlines():
        name, separator, numbers = line.partition(":")
        fields = numbers.split()  # status, link quality, level, noise, ...
        if separator and len(fields) >= 3:
            try:
                level = int(fields[2].rstrip("."))  # a point says that it is new
            except ValueError:
                continue
            if _NO_SIGNAL < level < 0:
                found[name.strip()] = level
    return found


class Wireless:
    """The WiFi of this host, or of the host of the container this runs in (`root` not empty)."""

    def __init__(self, root: str, proc: Path = Path("/proc")) -> None:
        self._table = proc / ("1" if root else "self") / "net/wireless"
        self._iw = shutil.which("iw")
        self._lock = threading.Lock()
        self._told: dict[str, int] = {}
        self._next_at = 0.0

    def read(self) -> dict[str, int]:
        """Return dBm by interface; blocks for up to 2 s each 30 s where there is only `iw`."""
        try:
            return signals(self._table.read_text("utf-8", "replace"))
        except OSError:  # a kernel without wireless extensions
            return self._of_iw()

    def _of_iw(self) -> dict[str, int]:
        with self._lock:
            if self._iw is not None and time.monotonic() >= self._next_at:
                self._told = self._asked(self._iw)
                self._next_at = time.monotonic() + _EACH_SECONDS
            return self._told

    def _asked(self, program: str) -> dict[str, int]:
        until = time.monotonic() + _TIMEOUT_SECONDS
        found = {}
        for name in _INTERFACE.findall(_run([program, "dev"], _TIMEOUT_SECONDS)):
            said = _run([program, "dev", name, "link"], until - time.monotonic())
            if told := _SIGNAL.search(said):
                found[name] = int(told[1])
        return found


def _run(command: list[str], seconds: float) -> str:
    """Return what a program prints, nothing when it cannot be run or does not end."""
    if seconds <= 0:
        return ""
    try:
        done = subprocess.run(  # noqa: S603 - no shell; the names are the kernel's
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace")
