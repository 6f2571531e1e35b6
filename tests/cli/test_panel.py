"""`mantel panel emulate` on a real terminal, with somebody on its serial port."""

import re
import signal
import subprocess
from pathlib import Path

import pytest

from shared.testing import TIMEOUT_SECONDS
from tests.cli.conftest import MANTEL
from tests.cli.terminal import Terminal
from tests.cli.test_panel_emulator import Line

ENVIRONMENT = {"PATH": "/usr/bin:/bin"}


def test_keys_press_and_leds_show(tmp_path: Path) -> None:
    """Buttons, unplugged and plugged in, reset, and the end."""
    link = tmp_path / "panel"
    command: list[str | Path] = [MANTEL, "panel", "emulate", "--link", link, "--buttons", "10"]
    with Terminal(command, ENVIRONMENT) as terminal:
        seen = terminal.expect("LEDs: none")
        assert f"SERIAL_BRIDGE_PORTS=test={link}" in seen
        line = Line(str(link))
        line.expect(b"READY\nFW selection-panel v2.5.1\n")
        terminal.type("3x0")
        line.expect(b"PRESS 003\nPRESS 010\n")
        terminal.expect("LEDs: 10")
        line.say(b"LEDON 4\n")
        terminal.expect("LEDs: 4 10")
        terminal.type("u")
        terminal.expect("unplugged")
        assert not link.is_symlink()
        terminal.type("5u")  # a button without power says nothing
        line.close()
        terminal.expect("LEDs: none")
        line = Line(str(link))
        line.expect(b"READY")
        terminal.type("r")
        line.expect(b"POWERON")
        line.close()
        terminal.type("q")
        assert terminal.exit_code() == 0
        assert not link.is_symlink()
        assert terminal.modes == terminal.modes_before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize(
    ("firmware", "said"),
    [("2.2", b"PRESS 002\r\nRELEASE 002\r\nPRESS 003\r\n"), ("2.5", b"PRESS 003\nPRESS 004\n")],
)
def test_a_script_without_a_terminal(
    tmp_path: Path, firmware: str, said: bytes, number: signal.Signals
) -> None:
    """It presses, goes on without keys, and leaves no link behind."""
    link = tmp_path / "panel"
    with subprocess.Popen(
        [MANTEL, "panel", "emulate", "--firmware", firmware, "--link", link, "--script",
         "0.2s 3 4"],
        env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == f"panel: firmware {firmware} at {link}\n"
        line = Line(str(link))
        line.expect(said)
        line.close()
        process.send_signal(number)
        assert process.wait(TIMEOUT_SECONDS) == 0
        assert not link.is_symlink()


def test_without_a_link() -> None:
    """The path is that of the pty."""
    with Terminal([MANTEL, "panel", "emulate"], ENVIRONMENT) as terminal:
        seen = terminal.expect("LEDs: none")
        assert re.search(r"SERIAL_BRIDGE_PORTS=test=/dev/pts/\d+", seen)
        terminal.type("\x04")
        assert terminal.exit_code() == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--script", "3 11"), 2, "11: neither one of its buttons 1 to 10 nor a pause (0.5s)"),
        (("--script", "infs"), 2, "infs: neither"),
        (("--firmware", "2.3"), 2, "'2.3' is not one of"),
        (("--buttons", "0"), 2, "0 is not in the range"),
        (("--link", "/etc/passwd"), 1, "/etc/passwd is there already, and no link"),
        (("--link", "/nonexistent/panel"), 1, "no serial port can be made: "),
    ],
)
def test_what_cannot_be_done(arguments: tuple[str, ...], code: int, said: str) -> None:
    done = subprocess.run(
        [MANTEL, "panel", "emulate", *arguments],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr
