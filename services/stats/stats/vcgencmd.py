"""Asks the Raspberry Pi's firmware by its own program `vcgencmd`, the last resort.

One run of the program answers one question, so that what costs 20 us by the mailbox costs some
milliseconds for each value here.
"""

import re
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

_EACH_SECONDS = 2.0
_AFTER_FAULT_SECONDS = 60.0
_TIMEOUT_SECONDS = 2.0
"""For all runs of one round together."""


@dataclass(frozen=True)
class _Question:
    words: tuple[str, ...]
    pattern: re.Pattern[str]
    value: Callable[[str], float | int]


_CLOCK = re.compile(r"frequency\(\d+\)=(\d+)")
_QUESTIONS = {
    "temperature": _Question(("measure_temp",), re.compile(r"temp=([\d.]+)'C"), float),
    "memory": _Question(
        ("get_mem", "gpu"), re.compile(r"gpu=(\d+)M"), lambda mib: int(mib) * 1_048_576
    ),
    "core_voltage": _Question(("measure_volts", "core"), re.compile(r"volt=([\d.]+)V"), float),
    "throttled": _Question(
        ("get_throttled",), re.compile(r"throttled=0x([\da-fA-F]+)"), lambda bits: int(bits, 16)
    ),
    "v3d": _Question(("measure_clock", "v3d"), _CLOCK, int),
    "arm": _Question(("measure_clock", "arm"), _CLOCK, int),
    "core": _Question(("measure_clock", "core"), _CLOCK, int),
    "sdram": _Question(("measure_clock", "sdram"), _CLOCK, int),
}


class Vcgencmd:
    """The program, if PATH had it when this was made."""

    def __init__(self) -> None:
        self._program = shutil.which("vcgencmd")
        self._lock = threading.Lock()
        self._told: dict[str, float | int] = {}
        self._next_at = 0.0
        self._version_next_at = 0.0

    def read(self, names: Iterable[str]) -> dict[str, float | int]:
        """Return what is to be had of `names`; blocks for up to 2 s, and asks each 2 s at most.

        A program that answers nothing is left alone for a minute.
        """
        if self._program is None:
            return {}
        with self._lock:
            if time.monotonic() >= self._next_at:
                self._told = self._round(names)
                pause = _EACH_SECONDS if self._told else _AFTER_FAULT_SECONDS
                self._next_at = time.monotonic() + pause
            return self._told

    def version(self) -> str | None:
        """Return the firmware's version, several lines; blocks for up to 2 s."""
        with self._lock:
            if self._program is None or time.monotonic() < self._version_next_at:
                return None
            said = self._run(("version",), _TIMEOUT_SECONDS)
            self._version_next_at = time.monotonic() + _AFTER_FAULT_SECONDS
            return said.strip() or None if said else None

    def _round(self, names: Iterable[str]) -> dict[str, float | int]:
        told: dict[str, float | int] = {}
        until = time.monotonic() + _TIMEOUT_SECONDS
        for name in names:
            question = _QUESTIONS[name]
            said = self._run(question.words, until - time.monotonic())
            if said is None:  # it hangs or is gone, and would for the others too
                return {}
            if found := question.pattern.search(said):
                try:
                    told[name] = question.value(found[1])
                except ValueError:  # 1.2.3
                    continue
        return told

    def _run(self, words: tuple[str, ...], seconds: float) -> str | None:
        """Return what the program prints, None when it cannot be run or does not end."""
        if self._program is None or seconds <= 0:
            return None
        try:
            done = subprocess.run(  # noqa: S603 - no shell, and no word from outside
                [self._program, *words],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=seconds,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else ""
