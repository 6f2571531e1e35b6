"""`mantel` itself: help, options, exit codes."""

import json
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from mantel.command import SUBCOMMANDS, main
from shared import __version__
from shared.testing import TIMEOUT_SECONDS, Broker
from tests.cli.conftest import MANTEL, Engine, Run


def test_console_script(environment: dict[str, str], broker: Broker, engine: Engine) -> None:
    engine.have("work", alarm_time="0630")
    done = subprocess.run(
        [MANTEL, "--port", str(broker.port), "alarm", "list"],
        env=environment | {"MQTT_PORT": "1"},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[1].startswith("work  Work  06:30 daily  waiting  ")


def test_help_imports_nothing_that_takes_long() -> None:
    """Nor does the completion of a word, which happens while somebody types."""
    program = (
        "import sys\n"
        "from mantel.command import main\n"
        "main(['--help'], standalone_mode=False)\n"
        "heavy = {'rich', 'paho', 'msgspec', 'dotenv', 'deploy', 'psutil'}\n"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert all(about in done.stdout for about in SUBCOMMANDS.values())


def test_completion() -> None:
    done = subprocess.run(
        [MANTEL],
        env={
            "_MANTEL_COMPLETE": "bash_complete",
            "COMP_WORDS": "mantel alarm s",
            "COMP_CWORD": "2",
        },
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    assert done.stdout.split() == ["plain,skip", "plain,snooze"]


def paths(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield every command below this one, and itself."""
    yield path
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from paths(below, (*path, name))


@pytest.mark.parametrize("path", list(paths(main)), ids=" ".join)
def test_help_on_every_level(path: tuple[str, ...]) -> None:
    """Each says what it does, and no line of a list of commands is cut off."""
    done = CliRunner().invoke(main, [*path, "-h"], prog_name="mantel")
    assert done.exit_code == 0
    usage, about, *rest = done.stdout.split("\n\n")
    assert usage.startswith(" ".join(["Usage: mantel", *path]))
    assert about.strip().endswith(".")
    assert not any(line.endswith("...") for line in "\n".join(rest).splitlines())


def test_help_without_docstrings() -> None:
    """As in the containers, where Python leaves them out."""
    program = (
        "import json, sys\n"
        "from click.testing import CliRunner\n"
        "from mantel.command import main\n"
        "for path in json.load(sys.stdin):\n"
        "    print(CliRunner().invoke(main, [*path, '-h']).stdout)\n"
    )
    every = list(paths(main))
    said, with_docstrings = (
        subprocess.run(
            [sys.executable, *options, "-c", program],
            input=json.dumps(every),
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=True,
        ).stdout
        for options in (("-OO",), ())
    )
    assert said.count("Usage: ") == len(every)
    assert said == with_docstrings


def test_version() -> None:
    assert CliRunner().invoke(main, ["--version"]).stdout == f"Mantel {__version__}\n"


@pytest.mark.parametrize(
    "arguments", [("nothing",), ("alarm", "nothing"), ("--port", "0", "watch"), ("alarm", "skip")]
)
def test_wrongly_typed(run: Run, arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Error: " in done.stderr


def test_all_wrong_settings_are_told(run: Run) -> None:
    done = run("alarm", "list", MQTT_PORT="x", MQTT_TLS="perhaps")
    assert done.exit_code == 2
    assert [line.split("=")[0] for line in done.stderr.splitlines()] == [
        "Error: MQTT_PORT",
        "Error: MQTT_TLS",
    ]


def test_options_win(run: Run, broker: Broker) -> None:
    done = run("--host", "127.0.0.1", "--port", "1", "alarm", "list")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == (
        "Error: broker 127.0.0.1:1: Connection refused: does it run? see `mantel doctor`\n"
    )
    file = broker.data / "credentials/homeassistant/password"
    done = run("--username", "homeassistant", "--password-file", str(file), "alarm", "list")
    assert done.exit_code == 0


def test_broker_that_refuses_is_one_line(run: Run) -> None:
    done = run("alarm", "list", MQTT_PASSWORD="wrong")
    assert done.exit_code == 1
    assert done.stderr.count("\n") == 1
    assert "refuses operator: Not authorized; see `make credentials`" in done.stderr
