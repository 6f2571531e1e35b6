"""A terminal for a program: a pseudo terminal of a given width, and what was drawn on it."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from pathlib import Path
from typing import Any, Self

from shared.testing import TIMEOUT_SECONDS


def run(
    command: list[str | Path], environment: dict[str, str], *, columns: int = 100
) -> tuple[int, str]:
    """Run a program with its output on a terminal; return its exit code and what it wrote."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    with subprocess.Popen(
        command, env={"TERM": "xterm-256color", **environment}, stdin=its, stdout=its, stderr=its
    ) as process:
        os.close(its)
        written = b""
        try:
            while chunk := os.read(ours, 65536):
                written += chunk
        except OSError:  # Linux says so when the last writer has closed it
            pass
        os.close(ours)
        return process.wait(TIMEOUT_SECONDS), written.decode()


class Terminal:
    """A context manager: a program on a terminal, on which somebody types and looks.

    `got` is what was written since the last thing that was expected.
    """

    def __init__(self, command: list[str | Path], environment: dict[str, str]) -> None:
        self._ours, self._its = pty.openpty()
        fcntl.ioctl(self._its, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
        self.got = ""
        self.modes_before = termios.tcgetattr(self._its)
        self.process = subprocess.Popen(
            command,
            env={"TERM": "xterm-256color", **environment},
            stdin=self._its,
            stdout=self._its,
            stderr=self._its,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # so that Ctrl-C is one
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._ours)
        os.close(self._its)

    @property
    def modes(self) -> list[Any]:
        """Return how the terminal is set."""
        return termios.tcgetattr(self._its)

    def type(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def expect(self, text: str) -> str:
        """Read until `text` was written; return what was, which is forgotten then."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while text not in self.got:
            left = max(deadline - time.monotonic(), 0)
            assert select.select([self._ours], [], [], left)[0], f"no {text!r} in {self.got!r}"
            self.got += os.read(self._ours, 65536).decode()
        seen, self.got = self.got, ""
        return seen

    def exit_code(self) -> int:
        """Wait for the end, and read on meanwhile: a terminal that is full would stop it."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while self.process.poll() is None:
            assert time.monotonic() < deadline, self.got
            if select.select([self._ours], [], [], 0.05)[0]:
                self.got += os.read(self._ours, 65536).decode()
        return self.process.returncode
