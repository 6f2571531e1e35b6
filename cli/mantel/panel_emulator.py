"""A button panel without hardware: its firmware behind a pty, in a thread of its own.

with EmulatedPanel("2.5") as panel:
    print(panel.path)  # for SERIAL_BRIDGE_PORTS
    panel.press(3)
"""

import contextlib
import os
import pty
import re
import select
import threading
import time
import tty
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from mantel.panel_firmware import Firmware, Version


class EmulatedPanel:
    """A panel behind a pty; `link` is a symbolic link to it, which stays the same path.

    Started at once, and like the real one it may have said READY before anybody listens.
    `boot_seconds` 0 is a panel that is ready at once, without the test of its LEDs.
    Its methods may be called from any thread.
    """

    def __init__(
        self,
        version: Version = "2.5",
        *,
        buttons: int = 10,
        link: Path | None = None,
        boot_seconds: float = 1.6,
    ) -> None:
        self.firmware = Firmware(version, buttons)
        self.link = link
        self._boot_seconds = boot_seconds
        self._lock = threading.Lock()
        self._master: int | None = None
        self._slave: int | None = None
        self._thread: threading.Thread | None = None
        self._wake_reader, self._wake_writer = os.pipe()
        self.path = ""

    def __enter__(self) -> Self:
        self.plug()
        return self

    def __exit__(self, *_: object) -> None:
        self.unplug()
        os.close(self._wake_reader)
        os.close(self._wake_writer)

    def plug(self) -> None:
        """Plug it in: a new pty, and its firmware starts."""
        master, slave = pty.openpty()
        # First of all: a cooked pty would echo the panel's own words to it, as commands
        tty.setraw(slave)
        os.set_blocking(master, False)
        self._master, self._slave = master, slave
        self.path = os.ttyname(slave)
        if self.link is not None:
            new = self.link.with_name(self.link.name + ".new")
            new.unlink(missing_ok=True)
            new.symlink_to(self.path)
            new.replace(self.link)
            self.path = str(self.link)
        self.firmware.boot(time.monotonic(), self._boot_seconds)
        self._thread = threading.Thread(target=self._run, args=(master,), daemon=True)
        self._thread.start()

    def unplug(self) -> None:
        """Pull the plug: whoever has it open is hung up."""
        if self._thread is None:
            return
        os.write(self._wake_writer, b"x")
        self._thread.join()
        self._thread = None
        if self.link is not None:
            self.link.unlink(missing_ok=True)
        with self._lock:
            assert self._master is not None  # noqa: S101 - it was plugged in
            assert self._slave is not None  # noqa: S101
            os.close(self._slave)
            os.close(self._master)
            self._master = self._slave = None

    def reboot(self) -> None:
        """Press its reset button; the port stays."""
        with self._acting() as now:
            self.firmware.boot(now, self._boot_seconds)

    def press(self, button: int) -> None:
        """Push a button, from 1, and let it go."""
        with self._acting() as now:
            self.firmware.press(button, now)
            self.firmware.release(button, now)

    def say(self, data: bytes) -> None:
        """Put bytes on the line that its firmware would not: noise, pieces."""
        with self._lock:
            if self._master is not None:
                os.write(self._master, data)

    def play_script(self, script: str) -> None:
        """Press as a script says; ValueError where `read_script` raises it, before any press."""
        for step in read_script(script, self.firmware.buttons):
            if isinstance(step, float):
                time.sleep(step)
            else:
                self.press(step)

    @property
    def is_plugged(self) -> bool:
        """Whether its port is there."""
        return self._thread is not None

    @property
    def commands(self) -> list[str]:
        """The last thousand lines that it was told."""
        with self._lock:
            return list(self.firmware.commands)

    @property
    def leds(self) -> list[int]:
        """Buttons whose LED is on."""
        with self._lock:
            return sorted(self.firmware.leds)

    @contextlib.contextmanager
    def _acting(self) -> Iterator[float]:
        with self._lock:
            yield time.monotonic()
            self._write()

    def _write(self) -> None:
        if self._master is not None and (said := self.firmware.output(time.monotonic())):
            with contextlib.suppress(BlockingIOError):  # nobody reads: lost, as on the real one
                os.write(self._master, said)
        # What it says later is waited for by the thread
        os.write(self._wake_writer, b".")

    def _run(self, master: int) -> None:
        while True:
            with self._lock:
                due = self.firmware.next_at
            wait = None if due is None else max(0.0, due - time.monotonic())
            ready, _, _ = select.select([master, self._wake_reader], [], [], wait)
            if self._wake_reader in ready and b"x" in os.read(self._wake_reader, 4096):
                return
            with self._lock:
                if master in ready:
                    self.firmware.receive(os.read(master, 4096), time.monotonic())
                said = self.firmware.output(time.monotonic())
                if said:
                    with contextlib.suppress(BlockingIOError):
                        os.write(master, said)


def read_script(script: str, buttons: int) -> list[int | float]:
    """Return the steps of a script such as `3 0.5s 4`: buttons, and pauses (float) in seconds.

    ValueError for any other word.
    """
    steps: list[int | float] = []
    for word in script.split():
        if re.fullmatch(r"\d+(\.\d+)?s", word, re.ASCII):
            steps.append(float(word[:-1]))
        elif re.fullmatch(r"\d{1,3}", word, re.ASCII) and 1 <= int(word) <= buttons:
            steps.append(int(word))
        else:
            raise ValueError(
                f"{word}: neither one of its buttons 1 to {buttons} nor a pause (0.5s)"
            )
    return steps
