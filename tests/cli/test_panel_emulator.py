"""A panel behind a pty, as a program that opens it sees it."""

import os
import select
import termios
from pathlib import Path

import pytest

from mantel.panel_emulator import EmulatedPanel
from shared.testing import TIMEOUT_SECONDS, eventually


class Line:
    """The other end, read and written as a file."""

    def __init__(self, path: str) -> None:
        self.fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
        self.got = b""

    def close(self) -> None:
        os.close(self.fd)

    def say(self, data: bytes) -> None:
        os.write(self.fd, data)

    def expect(self, data: bytes) -> None:
        """Read until `data` has come; what came is forgotten then."""
        while data not in self.got:
            assert select.select([self.fd], [], [], TIMEOUT_SECONDS)[0], self.got
            self.got += os.read(self.fd, 1000)
        self.got = b""


def test_it_answers_and_presses() -> None:
    """And does not hear its own words."""
    with EmulatedPanel("2.5", boot_seconds=0) as panel:
        line = Line(panel.path)
        line.expect(b"READY\nFW selection-panel v2.5.1\n")
        line.say(b"PING\n")
        line.expect(b"PONG\n")
        panel.press(3)
        line.expect(b"PRESS 003\n")
        line.say(b"LEDCLR\n")
        line.expect(b"OK\n")
        assert panel.commands == ["PING", "LEDCLR"]
        line.close()


def test_it_is_plugged_in_and_out_behind_one_path(tmp_path: Path) -> None:
    """Whoever has it open is hung up."""
    with EmulatedPanel("2.4", link=tmp_path / "panel", boot_seconds=0) as panel:
        line = Line(panel.path)
        line.expect(b"READY\r\n")
        panel.unplug()
        panel.unplug()
        assert not (tmp_path / "panel").is_symlink()
        with pytest.raises((OSError, termios.error)):
            termios.tcgetattr(line.fd)
        line.close()
        panel.plug()
        line = Line(str(tmp_path / "panel"))
        line.expect(b"READY\r\n")
        line.close()
    assert not (tmp_path / "panel").is_symlink()


def test_a_script_presses() -> None:
    """Buttons and pauses; another word is told."""
    with EmulatedPanel("2.2", boot_seconds=0) as panel:
        line = Line(panel.path)
        line.expect(b"READY")
        panel.play_script("1 0.01s 10")
        line.expect(b"PRESS 000\r\nRELEASE 000\r\nPRESS 009\r\n")
        for script in ("11", "0", "x", "1m"):
            with pytest.raises(ValueError, match=r"buttons|invalid literal"):
                panel.play_script(script)
        line.close()


def test_nobody_reads() -> None:
    """What it says is lost, and it goes on."""
    with EmulatedPanel("2.2", boot_seconds=0) as panel:
        for _ in range(2000):
            panel.press(1)
        line = Line(panel.path)
        termios.tcflush(line.fd, termios.TCIFLUSH)
        line.say(b"VERSION\n")
        line.expect(b"FW 2.2.0")
        line.close()


def test_a_restart_takes_its_time() -> None:
    """1.6 s, as the real one; shorter here."""
    with EmulatedPanel("2.5", boot_seconds=0.2) as panel:
        line = Line(panel.path)
        line.say(b"LEDON 3\n")
        eventually(lambda: panel.leds == [3])
        panel.reboot()
        assert panel.leds == []
        line.expect(b"POWERON")
        line.expect(b"READY")
        line.close()
