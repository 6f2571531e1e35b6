"""docs/relay-protocol.md, taken apart: its sentences, tables, messages and programs."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs/relay-protocol.md").read_text()
NUMBER = re.compile(r"\d+\.\d+(?:\.\d+)?")

_SENTENCE = re.compile(r"\*\*(\d+\.\d+\.\d+)\*\* (.+)")
_PROSE = re.sub(r"^```.*?^```$", "", TEXT, flags=re.MULTILINE | re.DOTALL)


def code(language: str) -> str:
    """Return the block of code in a language."""
    return TEXT.split(f"```{language}\n")[1].split("```")[0]


def prose() -> list[str]:
    """Return the lines that are neither code nor headings nor empty."""
    return [line for line in _PROSE.splitlines() if line and not line.startswith("#")]


def sentences() -> dict[str, str]:
    """Return the sentences by number, in their order; ValueError when one number is two's."""
    found: dict[str, str] = {}
    for line in prose():
        if (sentence := _SENTENCE.fullmatch(line)) is not None:
            if sentence[1] in found:
                raise ValueError(sentence[1])
            found[sentence[1]] = sentence[2]
    return found


def table(first: str) -> list[list[str]]:
    """Return the rows below a table's head that begins with `first`, without backticks."""
    rows = _PROSE.split(f"\n| {first} |")[1].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip().replace("`", "") for cell in row.strip("|").split("|")] for row in rows]


def messages() -> list[str]:
    """Return the JSON that stands in the text: whole messages, and keys with their values."""
    return re.findall(r'`([{"][^`]*[}:][^`]*)`', _PROSE)


def pattern(shown: str) -> re.Pattern[str]:
    """Return what a message looks like: words in capitals, n, m and dots stand for values."""
    found = ""
    for place, text in enumerate(
        re.split(r'("\.\.\."|\{?\.\.\.\}?|\{?…\}?|\b[A-Z]+\b|\b[nm]\b)', shown)
    ):
        if place % 2 == 0:
            found += re.escape(text)
        elif text in {"n", "m", "N", "B", "P", "ID"}:
            found += r"\d+"
        elif text == "VALUE" or "…" in text or "..." in text:
            found += ".+"
        else:
            found += '"[^"]+"'
    return re.compile(found)
