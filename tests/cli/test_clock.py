"""`mantel clock` against the real clock: ws-bridge, alarms and a broker."""

import json
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest

from mantel.clock import read_address
from shared.testing import TIMEOUT_SECONDS
from tests.cli.conftest import MANTEL
from tests.cli.terminal import Terminal
from tests.e2e.conftest import Hub, running_hub

Run = Callable[..., subprocess.CompletedProcess[str]]

TICK = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+01:00|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+02:00")


def start(hub: Hub) -> None:
    for service in ("alarms", "ws-bridge"):
        hub.start(service, TZ="Europe/Paris").wait_for_log("connected")


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub with a clock."""
    with running_hub(tmp_path_factory.mktemp("hub")) as hub:
        start(hub)
        yield hub


def words(hub: Hub, *arguments: str) -> list[str | Path]:
    return [MANTEL, "clock", f"127.0.0.1:{hub.clock_port}", *arguments]


@pytest.fixture
def state(tmp_path: Path) -> dict[str, str]:
    """Return an environment in which nothing is kept yet, and no broker is known."""
    return {"XDG_STATE_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}


@pytest.fixture
def run(hub: Hub, state: dict[str, str]) -> Run:
    def call(*arguments: str, said: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words(hub, *arguments),
            env=state,
            input=said,
            capture_output=True,
            text=True,
            timeout=2 * TIMEOUT_SECONDS,
            check=False,
        )

    return call


def kept(hub: Hub, state: dict[str, str]) -> Path:
    return Path(state["XDG_STATE_HOME"]) / f"mantel/clock-127.0.0.1-{hub.clock_port}"


def test_commands_of_a_script(hub: Hub, state: dict[str, str], run: Run) -> None:
    """Replies in order, then the next call has the same session."""
    done = run("-c", "TZ Asia/Tokyo", "-c", "ALARM ADD 06:30 work days=Mon", "--command", "TZ")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "OK:\nOK:work\nOK:Asia/Tokyo\n"
    identifier = kept(hub, state).read_text().strip()
    assert kept(hub, state).stat().st_mode & 0o777 == 0o600
    done = run("-c", "SESSION", "-c", "ALARM LIST")
    session, alarms = done.stdout.splitlines()
    assert session == f"OK:{identifier}"
    assert [alarm["name"] for alarm in json.loads(alarms.removeprefix("OK:"))] == ["work"]


def test_a_new_session_is_known_before_the_first_command(run: Run) -> None:
    for _ in range(3):
        assert run("--new", "-c", "ALARM LIST").stdout == "OK:[]\n"


def test_a_reader_that_leaves(hub: Hub, state: dict[str, str]) -> None:
    """`mantel clock | head -1` ends without a complaint, while somebody could still type."""
    with subprocess.Popen(
        ["sh", "-c", " ".join(map(str, words(hub))) + " | head -1"],
        env=state | {"PYTHONWARNINGS": "error"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as shell:
        assert shell.wait(TIMEOUT_SECONDS) == 0
        assert shell.stdout is not None
        assert shell.stderr is not None
        assert shell.stdout.read() in ("TZN:CET\n", "TZN:CEST\n")
        assert shell.stderr.read() == ""


def test_without_stdin(hub: Hub, state: dict[str, str]) -> None:
    """As a job whose stdin is closed: the end of what is typed."""
    done = subprocess.run(
        ["sh", "-c", " ".join(map(str, words(hub))) + " <&-"],
        env=state,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("TZN:")


def test_a_refusal_ends_a_script(run: Run) -> None:
    """What came before it is done, what would come after it is not."""
    done = run("-c", "PING", "-c", "TZ Mars/Olympus", "-c", "VERSION")
    assert (done.returncode, done.stdout) == (1, "OK:PONG\n")
    assert done.stderr == (
        "Error: TZ Mars/Olympus: unknown timezone Mars/Olympus; TZLIST names all\n"
    )


def test_another_session(hub: Hub, state: dict[str, str], run: Run) -> None:
    """A new one is kept; the old one is resumed by its identifier."""
    run("-c", "TZ Asia/Tokyo")
    old = kept(hub, state).read_text().strip()
    assert run("--new", "-c", "TZ").stdout == "OK:Europe/Paris\n"
    assert run("-c", "TZ").stdout == "OK:Europe/Paris\n"
    assert run("--session", old, "-c", "TZ").stdout == "OK:Asia/Tokyo\n"
    assert run("-c", "TZ").stdout == "OK:Asia/Tokyo\n"
    assert kept(hub, state).read_text().strip() == old


def test_a_session_that_nobody_knows(hub: Hub, state: dict[str, str], run: Run) -> None:
    """One that was typed is not done; one that was kept is replaced, and that is said."""
    done = run("--session", "A" * 32, "-c", "PING")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Error: the clock does not know that session\n"
    assert not kept(hub, state).exists()
    kept(hub, state).parent.mkdir()
    kept(hub, state).write_text("A" * 32)
    done = run("-c", "PING")
    assert done.stdout == "OK:PONG\n"
    assert "does not know the session that was kept" in done.stderr
    assert kept(hub, state).read_text().strip() != "A" * 32


def test_the_list_of_commands(run: Run) -> None:
    for option in ("-L", "--list-commands"):
        lines = run(option).stdout.splitlines()
        assert len(lines) == 11
        assert lines[0].startswith("HELP [command]: ")
        assert any(line.startswith("ALARM ADD HH:MM") for line in lines)


def test_through_a_pipe(run: Run) -> None:
    """Messages as lines, and no identifier; it ends when what it was told has its replies."""
    done = run(said="PING\nALARM ADD 06:30 tea\nFOO\nALARM DEL tea")
    assert (done.returncode, done.stderr) == (0, "")
    zone, tick, *replies = done.stdout.splitlines()
    assert zone in ("TZN:CET", "TZN:CEST")
    assert TICK.fullmatch(tick)
    replies = [line for line in replies if not TICK.fullmatch(line)]
    assert replies == ["OK:PONG", "OK:tea", "ERR:unknown command FOO; HELP lists all", "OK:"]
    assert run(said="").stdout.startswith("TZN:")


def test_on_a_terminal(hub: Hub, state: dict[str, str]) -> None:
    """Time, zone and alarms; what is typed is done; what rings is seen and heard."""
    with Terminal(words(hub), state) as terminal:
        terminal.expect("no alarms; ")
        assert re.search(r"\d\d:\d\d:\d\d\S*  CES?T", terminal.expect("clock 127.0.0.1"))
        terminal.type("TZ Asia/Tokyx\x7fo\r")
        terminal.expect("TZ Asia/Tokyo  OK:")
        terminal.expect("JST")
        terminal.type("TIME\n")
        time = terminal.expect("+09:00")
        found = re.search(r"OK:\S+T(\d\d):(\d\d):(\d\d)", time)
        assert found
        second = (int(found[1]) * 60 + int(found[2])) * 60 + int(found[3]) + 2
        at = f"{second // 3600 % 24:02}:{second // 60 % 60:02}:{second % 60:02}"
        terminal.type(f"ALARM ADD {at} tea time\n")
        terminal.expect("OK:tea time")
        terminal.expect(f"{at}  tea time  daily  next ")
        assert "\a" in terminal.expect("RINGS: tea time")
        terminal.type("\x1b[AX\x15STOP\n")
        terminal.expect("STOP  OK:1")
        assert any("RINGS" not in terminal.expect("> ") for _ in range(10))
        terminal.type("\x04")
        assert terminal.exit_code() == 0
        assert terminal.modes == terminal.modes_before


@pytest.mark.parametrize("end", ["\x03", signal.SIGTERM])
def test_it_ends_well(hub: Hub, state: dict[str, str], end: str | signal.Signals) -> None:
    """By Ctrl-C and by SIGTERM: the terminal is as it was."""
    with Terminal(words(hub), state) as terminal:
        terminal.expect("no alarms; ")
        assert terminal.modes != terminal.modes_before
        if isinstance(end, str):
            terminal.type(end)
        else:
            terminal.process.send_signal(end)
        assert terminal.exit_code() == 0
        assert terminal.modes == terminal.modes_before
        assert "Traceback" not in terminal.got


def test_the_clock_goes_and_comes_back(state: dict[str, str], tmp_path: Path) -> None:
    """It says so, connects again, and the session is the same."""
    (tmp_path / "broker").mkdir()
    hub = Hub(tmp_path)
    try:
        hub.broker.start()
        start(hub)
        with Terminal(words(hub), state) as terminal:
            terminal.expect("no alarms; ")
            terminal.type("ALARM ADD 06:30 work\n")
            terminal.expect("06:30:00  work  daily")
            hub.processes[-1].stop()
            terminal.expect("trying again in 0.5 s")
            terminal.expect("trying again in 1 s")
            terminal.type("TZ\n")
            hub.start("ws-bridge", TZ="Europe/Paris")
            seen = terminal.expect("TZ  OK:Europe/Paris")
            assert "does not know" not in seen
            assert "06:30:00  work  daily" in seen
    finally:
        hub.close()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("127.0.0.1:1", "clock 127.0.0.1:1: Connection refused: does it run?"),
        ("localhost:1", "clock localhost:1: "),
        ("nowhere.invalid", "clock nowhere.invalid:8901: "),
        ("a..b", "clock a..b:8901: no such name"),
    ],
)
def test_no_clock(state: dict[str, str], address: str, said: str) -> None:
    for more in ((), ("-c", "PING")):
        done = subprocess.run(
            [MANTEL, "clock", address, *more],
            env=state,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=2 * TIMEOUT_SECONDS,
            check=False,
        )
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith(f"Error: {said}")
        assert done.stderr.count("\n") == 1


def test_wishes_that_do_not_go_together(run: Run) -> None:
    assert run("--new", "--session", "A" * 32).returncode == 2
    assert run("-L", "-c", "PING").returncode == 2


def test_read_address() -> None:
    assert read_address("pi") == ("pi", 8901)
    assert read_address("pi:9000") == ("pi", 9000)
    assert read_address("::1") == ("::1", 8901)
    assert read_address("[::1]:9000") == ("::1", 9000)
    assert str(read_address("::1")) == "[::1]:8901"
    for bad in ("", "pi:x", "pi:0", "pi:70000", "pi/x", "a@pi", ":8901", "[::1"):
        with pytest.raises(click.BadParameter):
            read_address(bad)
