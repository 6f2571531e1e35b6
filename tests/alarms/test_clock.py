"""The host's clock."""

import shutil
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from alarms.clock import Clock, _is_synchronised

CODE = "from alarms.clock import Clock; print(Clock().is_set())"


def test_a_machine_that_is_up_for_long_has_its_time() -> None:
    """With a network or without."""
    assert Clock(0).is_set()
    assert Clock(10.0**9).is_set() == _is_synchronised()


def test_the_kernel_says_what_the_tools_say() -> None:
    """Where there is a tool to ask."""
    if not shutil.which("adjtimex") and not shutil.which("timedatectl"):
        pytest.skip("neither adjtimex nor timedatectl is installed")
    if shutil.which("adjtimex"):
        told = subprocess.run(["adjtimex", "-p"], capture_output=True, text=True, check=True).stdout
        status = int(told.split("status: ")[1].split()[0])
        assert _is_synchronised() == (not status & 64)


def test_five_minutes_after_boot_it_is_believed() -> None:
    """In a time namespace the machine has just been started."""
    if _is_synchronised():
        pytest.skip("the clock of this machine is synchronised")
    up = int(time.clock_gettime(time.CLOCK_BOOTTIME))
    for seconds, expected in ((60, "False"), (400, "True")):
        command = ["unshare", "-T", "--boottime", str(seconds - up), sys.executable, "-c", CODE]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        if "unshare" in ran.stderr:
            pytest.skip(ran.stderr.strip())
        assert ran.stdout.strip() == expected


def test_a_step_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """And small differences not at all."""
    clock = Clock()
    assert clock.step() == timedelta(0)
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 3600)
    assert abs(clock.step() - timedelta(hours=1)) < timedelta(seconds=0.4)
    assert clock.step() == timedelta(0)
    monkeypatch.setattr(time, "time", lambda: real() + 3600.2)
    assert clock.step() == timedelta(0)


def test_systemd_is_asked_where_the_kernel_does_not_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in some containers."""

    class Library:
        @staticmethod
        def adjtimex(_: object) -> int:
            return -1

    monkeypatch.setattr("ctypes.CDLL", lambda _: Library)
    monkeypatch.setattr("alarms.clock._TIMESYNC", tmp_path / "synchronized")
    assert not _is_synchronised()
    (tmp_path / "synchronized").touch()
    assert _is_synchronised()
    monkeypatch.setattr("alarms.clock._TIMESYNC", tmp_path / ("x" * 300))
    assert not _is_synchronised()  # a folder or name that cannot be looked at ends no service
