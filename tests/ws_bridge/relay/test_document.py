"""docs/relay-protocol.md and its tests belong together: each sentence has a test.

`@pytest.mark.says("3.4.1")` says which of its sentences would make a test fail if it were wrong.
"""

import ast
import re
from pathlib import Path
from typing import Any

import pytest

from tests.ws_bridge.relay import document
from ws_bridge.port import MOST_CONNECTIONS
from ws_bridge.relay import (
    allowance,
    archive,
    line,
    message,
    port,
    refusals,
    session,
    sessions,
    source,
    spread,
    words,
)  # fmt: skip
from ws_bridge.settings import Settings

TESTS = document.ROOT / "tests"
RELAY = document.ROOT / "services/ws-bridge/ws_bridge/relay"


def said(file: Path) -> set[str]:
    """Return the sentences that the tests of a file are for."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name[:5] == "test_":
            for mark in node.decorator_list:
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.says":
                    found |= {str(ast.literal_eval(number)) for number in mark.args}
    return found


def test_each_sentence_has_a_test_of_its_number() -> None:
    """And no test is for a sentence that is not there."""
    files = [file for file in TESTS.rglob("test_*.py") if "mark.says(" in file.read_text()]
    found = set().union(*map(said, files))
    assert len(files) > 5
    assert found == set(document.sentences())


def test_each_sentence_has_a_number() -> None:
    """One a line, in order and without a gap; and what refers to a number finds it."""
    told = document.sentences()
    for text in document.prose():
        assert text[0] == "|" or text[:2] == "**", text
    for text in told.values():
        assert not re.search(r"[.!?] [A-Z]", re.sub("`.*?`", "", text)), text
        assert text[-1] in ".:", text
    numbers = [tuple(map(int, number.split("."))) for number in told]
    before = (0, 1, 1)
    for now in numbers:
        assert now in {
            (before[0], before[1], before[2] + 1), (before[0], before[1] + 1, 1),
            (before[0] + 1, 1, 1),
        }, now  # fmt: skip
        before = now
    paragraphs = {number.rpartition(".")[0] for number in told}
    for text in document.prose():
        for number in document.NUMBER.findall(text):
            assert number in told or number in paragraphs, text


@pytest.mark.parametrize(
    ("number", "text", "value"),
    [
        ("1.5.1", "65536 bytes", words.MOST_MESSAGE_BYTES),
        ("2.1.1", "8764", Settings().ws_bridge_relay_port),
        ("2.1.4", "1", message.VERSION),
        ("2.6.1", "100 refusals", refusals.MOST_A_MINUTE),
        ("2.7.1", "30 seconds", line.FIRST_MESSAGE_SECONDS),
        ("2.12.2", "2 seconds", source._PATIENCE_SECONDS),
        ("2.14.1", "2000 connections", MOST_CONNECTIONS),
        ("3.10.1", "64 filters", session.MOST_FILTERS),
        ("4.6.3", "20 bytes", message.HEAD.size),
        ("4.9.1", "1 MiB", message.MOST_PAYLOAD_BYTES / (1 << 20)),
        ("5.3.1", "2 ms", 1000 * spread.BURST_SECONDS),
        ("5.3.2", "2 ms", 1000 * spread.BURST_SECONDS),
        ("5.4.1", "16384 bytes", line.MOST_OWED_BYTES),
        ("5.4.3", "256 messages", session.MOST_WAITING_EVENTS),
        ("5.4.3", "256 kB", session.MOST_WAITING_BYTES / 1000),
        ("5.6.1", "30 seconds", sessions.BEHIND_SECONDS),
        ("7.1.1", "60 seconds", sessions.RESUME_SECONDS),
        ("7.3.3", "1000 events", archive.MOST_EVENTS),
        ("7.3.3", "1 MB", archive.MOST_EVENT_BYTES / 1_000_000),
        ("7.3.3", "60 seconds", archive.EVENT_SECONDS),
        ("9.1.1", "20 seconds", port._PING_SECONDS),
        ("9.3.1", "50 messages a second", allowance.MESSAGES_A_SECOND),
        ("9.3.1", "100 first", allowance.MOST_MESSAGES_AT_ONCE),
        ("9.4.1", "200 pings", allowance.MOST_PINGS),
        ("9.4.1", "10 seconds", allowance.PING_WINDOW_SECONDS),
    ],
)
@pytest.mark.says("2.1.1")
def test_limits_are_those_of_the_code(number: str, text: str, value: float) -> None:
    """Tests of their sentences may wait less."""
    assert re.search(rf"\b{text}\b", document.sentences()[number])
    assert float(text.split()[0]) == value


@pytest.mark.says("2.3.1")
def test_the_table_of_the_hello() -> None:
    default = words.Hello()
    told: dict[str, Any] = {row[0]: row[1].strip('"') for row in document.table("key")}
    assert told == {
        "text_bytes": str(default.text_bytes), "binary_bytes": str(default.binary_bytes),
        "binary": default.binary, "resume": "none",
    }  # fmt: skip
    assert set(told) == set(words.Hello.__struct_fields__) - {"hello", "device", "token"}


@pytest.mark.says("4.6.1", "4.6.2", "4.6.3")
def test_the_table_of_the_framed_head() -> None:
    sizes = [row[0] for row in document.table("bytes")]
    told = re.findall(r"`(>\w+)`", document.sentences()["4.6.3"])
    assert told == [message.HEAD.format]
    assert sizes == [
        *({"B": "1", "H": "2", "I": "4", "Q": "8"}[each] for each in told[0][1:]),
        "…",
        "…",
    ]


@pytest.mark.says("8.1.3")
def test_the_table_of_errors() -> None:
    """Has each code that the program says, and sentences that tell when."""
    program = "".join(file.read_text() for file in RELAY.glob("*.py"))
    told = dict(document.table("code"))
    assert set(told) == set(re.findall(r'(?:error_frame|NotAllowedError)\(\s*"(\w+)"', program))
    for code, when in told.items():
        for number in document.NUMBER.findall(when):
            assert f"`{code}`" in document.sentences()[number]


@pytest.mark.says("8.2.1")
def test_the_table_of_ends() -> None:
    """Has each number and code by which the program ends a connection, and sentences too."""
    program = "".join(file.read_text() for file in RELAY.glob("*.py"))
    rows = document.table("number")
    assert {(row[0], row[1]) for row in rows} == set(
        re.findall(r'goodbye\(\s*(\d{4}), "(\w+)"', program)
    )
    for number, _, when, _ in rows:
        for sentence in document.NUMBER.findall(when):
            assert number in document.sentences()[sentence]


def test_the_examples_know_after_which_ends_not_to_come_again() -> None:
    """Those of the table where it helps neither at once nor after a while."""
    final = {row[0]: row[1] for row in document.table("number") if row[3][:2] not in ("at", "af")}
    numbers = "esp32-micropython/relay.py", "python/follow.py", "browser/relay.js"
    for name in numbers:
        text = (document.ROOT / "examples" / name).read_text()
        assert set(re.findall(r"\b4[0-9]{3}\b", text)) == set(final), name
    script = (document.ROOT / "examples/command-line/follow.sh").read_text()
    ends = [each.replace("'", "") for each in re.findall(r"closed: ([0-9'\[\]]+)", script)]
    assert {
        f"{number}"
        for number in range(4400, 4600)
        if any(re.fullmatch(each, f"{number}") for each in ends)
    } == set(final)
    sketch = (document.ROOT / "examples/esp32-arduino/mantel_relay/mantel_relay.ino").read_text()
    assert set(re.findall(r'"\\"(\w+)\\""', sketch)) == set(final.values())
