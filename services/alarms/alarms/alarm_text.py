"""The text of alarms.json: where each entry stands in it, and how one is changed. Pure.

What is not changed stays as it was written, to the last blank.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from alarms.depth import is_too_deep

_BLANK = re.compile(r"[ \t\n\r]*")
_FIRST_KEY = re.compile(r"\{\s*\n([ \t]*)\"")
_INDENT = "  "
_FRESH = "[]\n"
_MOST_ENTRIES = 1000  # each that is refused is told of


class TextError(Exception):
    """It is no list of alarms; the text says what is wrong and where."""


@dataclass(frozen=True)
class AlarmText:
    """One object or an array of them; `spans` say where each of `entries` stands in `text`."""

    text: str
    entries: tuple[Any, ...]
    spans: tuple[tuple[int, int], ...]

    @property
    def _is_single(self) -> bool:
        return self.text.lstrip(" \t\n\r\ufeff").startswith("{")

    @property
    def _newline(self) -> str:
        return "\r\n" if "\r\n" in self.text else "\n"

    def replaced(self, place: int, entry: dict[str, Any]) -> "AlarmText":
        """Return it with another entry at that place, written as the one before was."""
        start, end = self.spans[place]
        return parse(self.text[:start] + self._written(entry, place) + self.text[end:])

    def appended(self, entry: dict[str, Any]) -> "AlarmText":
        """Return it with one more entry; a single object becomes the first of an array."""
        line = self._newline
        if self._is_single:
            (start, end), body = self.spans[0], self.text
            only = body[start:end].replace("\n", "\n" + _INDENT)
            array = f"[{line}{_INDENT}{only}{line}]"
            return parse(body[:start] + array + body[end:]).appended(entry)
        if self.entries:
            _, end = self.spans[-1]
            written = self._written(entry, len(self.spans) - 1)
            lead = self._lead(len(self.spans) - 1)
            between = "," + (" " if lead is None else line + lead)
            return parse(self.text[:end] + between + written + self.text[end:])
        opening, closing = self.text.index("["), self.text.rindex("]")
        written = _render(entry, _INDENT, _INDENT * 2, line)
        array = f"[{line}{_INDENT}{written}{line}]"
        return parse(self.text[:opening] + array + self.text[closing + 1 :])

    def removed(self, place: int) -> "AlarmText":
        """Return it without that entry; a single object leaves an empty array."""
        if len(self.spans) == 1:
            start = 0 if not self._is_single else self.spans[0][0]
            if self._is_single:
                return parse(self.text[:start] + "[]" + self.text[self.spans[0][1] :])
            opening, closing = self.text.index("["), self.text.rindex("]")
            return parse(self.text[: opening + 1] + self.text[closing:])
        if place + 1 < len(self.spans):
            start, end = self.spans[place][0], self.spans[place + 1][0]
        else:
            start, end = self.spans[place - 1][1], self.spans[place][1]
        return parse(self.text[:start] + self.text[end:])

    def _lead(self, place: int) -> str | None:
        """Return the blanks before an entry, None when it does not begin its line."""
        start = self.spans[place][0]
        lead = self.text[self.text.rfind("\n", 0, start) + 1 : start]
        return lead if "\n" in self.text[:start] and not lead.strip(" \t") else None

    def _written(self, entry: dict[str, Any], like: int) -> str:
        start, end = self.spans[like]
        found = _FIRST_KEY.match(self.text[start:end])
        if found is None:
            return _render(entry, None, "", "")
        return _render(entry, self._lead(like) or "", found[1], self._newline)


def parse(text: str) -> AlarmText:
    """Read a text; TextError with line and column."""
    decoder = json.JSONDecoder()
    body = text.removeprefix("\ufeff")
    offset = len(text) - len(body)
    try:
        whole = decoder.decode(body)
    except json.JSONDecodeError as error:
        if not body.strip():
            raise TextError("it is empty; no alarms are written []") from None
        raise TextError(f"line {error.lineno}, column {error.colno}: {error.msg}") from None
    except (ValueError, RecursionError) as error:
        raise TextError(str(error)) from None
    if is_too_deep(whole):
        raise TextError("it is nested too deeply")
    at = _blank_end(body, 0)
    if isinstance(whole, dict):
        _, end = decoder.raw_decode(body, at)
        return AlarmText(text, (whole,), ((at + offset, end + offset),))
    if not isinstance(whole, list):
        raise TextError("line 1, column 1: it must be an object, or an array of objects")
    if len(whole) > _MOST_ENTRIES:
        raise TextError(f"it has {len(whole)} entries, {_MOST_ENTRIES} are the most")
    spans = []
    at = _blank_end(body, at + 1)
    for _ in whole:
        _, end = decoder.raw_decode(body, at)
        spans.append((at + offset, end + offset))
        at = _blank_end(body, _blank_end(body, end) + 1)  # past the comma
    return AlarmText(text, tuple(whole), tuple(spans))


def fresh() -> AlarmText:
    """Return the text of a file without alarms."""
    return parse(_FRESH)


def _blank_end(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _render(entry: dict[str, Any], lead: str | None, indent: str, line: str) -> str:
    """Return an entry as text: on one line when `lead` is None, else a line for each field."""
    fields = [f"{_dump(key)}: {_dump(value)}" for key, value in entry.items()]
    if lead is None:
        return "{" + ", ".join(fields) + "}"
    return "{" + line + f",{line}".join(indent + each for each in fields) + line + lead + "}"


def _dump(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a pair of surrogates, which JSON may hold and files not
        return json.dumps(value)
    return text
