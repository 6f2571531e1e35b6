"""What is printed: plain, in colours, as JSON."""

import json
import re

import pytest

from mantel import output
from tests.cli import terminal
from tests.cli.conftest import MANTEL, Engine

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


def test_plain_table(capsys: pytest.CaptureFixture[str]) -> None:
    output.table(("id", "name"), [["a", ("[bold]b", "red")], ["long", "x\x07"]])
    assert capsys.readouterr().out == "ID    NAME\na     [bold]b\nlong  x\\x07\n"


def test_table_without_rows(capsys: pytest.CaptureFixture[str]) -> None:
    output.table(("id",), [])
    assert capsys.readouterr().out == "ID\n"


def test_document(capsys: pytest.CaptureFixture[str]) -> None:
    output.document({"a": [1, None]})
    assert json.loads(capsys.readouterr().out) == {"a": [1, None]}


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (5000, "5 kB"), (1048320, "1.05 MB"), (82_000_000_000, "82.0 GB")],
)
def test_size(count: int, text: str) -> None:
    assert output.size(count) == text


def test_clean_shows_what_a_terminal_would_obey() -> None:
    assert output.clean("Grüße\n\x1b[31m\x9b\u202e") == "Grüße\n\\x1b[31m\\x9b\\u202e"


def test_colours_on_a_terminal_alone(environment: dict[str, str], engine: Engine) -> None:
    """A table of a name that rich would take for markup; NO_COLOR is heeded."""
    engine.have("work", "ringing", name="[red]Work[/red]", alarm_time="0630")
    code, written = terminal.run([MANTEL, "alarm", "list"], environment)
    assert code == 0
    assert "\x1b[1;31mringing" in written
    assert "[red]Work[/red]" in ESCAPE.sub("", written)
    _, written = terminal.run([MANTEL, "alarm", "list"], environment | {"NO_COLOR": "1"})
    assert "31m" not in written
    assert "ringing" in written


def test_a_narrow_terminal_loses_no_word(environment: dict[str, str], engine: Engine) -> None:
    engine.have("work", alarm_time="0630", name="Work and more", skip_holidays="DE-BY")
    _, written = terminal.run([MANTEL, "alarm", "list"], environment, columns=60)
    words = set(ESCAPE.sub("", written).split())
    assert {"work", "Work", "more", "06:30", "holidays", "DE-BY", "waiting"} <= words
    assert "\u2026" not in written


def test_progress_is_shown_on_a_terminal_alone(environment: dict[str, str]) -> None:
    _, written = terminal.run([MANTEL, "doctor", "--json"], environment)
    assert "looking at" in written
    assert '"verdict"' in written


def test_pretty_messages_on_a_terminal(environment: dict[str, str], engine: Engine) -> None:
    engine.have("nap", alarm_time="0630")
    code, written = terminal.run([MANTEL, "watch", "--count", "1", "alarm/nap/config"], environment)
    assert code == 0
    plain = ESCAPE.sub("", written).replace("\r\n", "\n")
    assert "alarm/nap/config kept\n{\n  " in plain
    assert '\n  "alarm_time": "0630",\n' in plain
    assert plain != written


def test_doctor_in_a_narrow_terminal_loses_no_word(environment: dict[str, str]) -> None:
    code, written = terminal.run([MANTEL, "doctor"], environment, columns=60)
    assert code == 1
    plain = " ".join(ESCAPE.sub("", written).split())
    assert "start it: make run, make install, or docker compose up -d" in plain
