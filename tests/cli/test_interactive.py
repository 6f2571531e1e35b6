"""What is typed, where it is a pipe or a file; terminals are in test_clock and test_panel."""

import subprocess
import sys
from pathlib import Path

from shared.testing import TIMEOUT_SECONDS

PROGRAM = """
from mantel.interactive import Keyboard, run

async def echo():
    with Keyboard() as keyboard:
        while text := await keyboard.read():
            print(text, end="", flush=True)

run(echo())
"""


def test_through_a_pipe() -> None:
    """A letter that comes in two pieces is one letter."""
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"a\xc3")
        process.stdin.flush()
        assert process.stdout.read(1) == b"a"
        process.stdin.write(b"\xa4b")
        process.stdin.flush()
        assert process.stdout.read(3) == "äb".encode()
        process.stdin.write(b"\xc3")
        process.stdin.close()
        assert process.stdout.read().decode() == "\ufffd"
        assert process.wait(TIMEOUT_SECONDS) == 0


def test_from_a_file(tmp_path: Path) -> None:
    """Larger than one piece."""
    file = tmp_path / "typed"
    file.write_text("PING\n" * 5000)
    with file.open() as opened:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            stdin=opened,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "PING\n" * 5000
