"""A terminal for a program: a pseudo terminal of a given width, and what was drawn on it."""

import fcntl
import os
import pty
import struct
import subprocess
import termios
from pathlib import Path

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
