"""`config/sources.toml`: what may stand in it, and what is wrong with one, by line. Pure.

`media` obeys it, and the operator's command checks it without a hub; so it is known here.
"""

import difflib
import math
import re
import tomllib
from typing import Any, TypeVar, get_args, get_type_hints
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct

from shared.errors import MantelError
from shared.json_path import PathError, steps
from shared.source_list import (
    MOST_BYTES,
    ArtSource,
    CalendarSource,
    HostSource,
    NewsSource,
    SourceList,
    TopicSource,
    WeatherSource,
)
from shared.toml_lines import TomlLines

_MOST = {"calendar": 32, "news": 32, "topic": 100}

_ONE: dict[str, type[Struct]] = {"weather": WeatherSource, "host": HostSource, "art": ArtSource}
_MANY: dict[str, type[Struct]] = {
    "calendar": CalendarSource,
    "news": NewsSource,
    "topic": TopicSource,
}
K = TypeVar("K", bound=Struct)


class SourceFileError(MantelError):
    """The file cannot be used; `problems` are its faults, each with its line, in their order."""

    def __init__(self, problems: list[tuple[int, str]]) -> None:
        self.problems = sorted(problems)
        super().__init__("; ".join(f"line {line}: {text}" for line, text in self.problems))


def read_sources(raw: bytes) -> SourceList:
    """Return what a file says; SourceFileError with all that is wrong."""
    if len(raw) > MOST_BYTES:
        raise SourceFileError([(1, f"the file is larger than {MOST_BYTES} bytes")])
    try:
        text = raw.decode("utf-8-sig").replace("\r\n", "\n")
        values = tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise SourceFileError([(line, "is not UTF-8")]) from None
    except tomllib.TOMLDecodeError as error:
        raise SourceFileError([_syntax(str(error), text)]) from None
    except RecursionError:
        raise SourceFileError([(1, "is nested too deep")]) from None
    return _Reader(TomlLines(text)).read(values)


def _syntax(message: str, text: str) -> tuple[int, str]:
    found = re.search(r" \(at line (\d+), column (\d+)\)$", message)
    if not found:
        last = text.rstrip("\n").count("\n") + 1
        return last, f"is no TOML: {message.removesuffix(' (at end of document)')}"
    return int(found[1]), f"is no TOML: {message[: found.start()]} (column {found[2]})"


class _Reader:
    """Collects what is wrong, so that all of it is told at once."""

    def __init__(self, lines: TomlLines) -> None:
        self._lines = lines
        self._problems: list[tuple[int, str]] = []
        self._names: dict[str, int] = {}

    def read(self, values: dict[str, Any]) -> SourceList:
        read: dict[str, Any] = {}
        for table, value in values.items():
            line = self._lines.table(table)
            if table in _ONE:
                if isinstance(value, dict):
                    read[table] = self._table(table, 0, value, _ONE[table])
                else:
                    self._problems.append((line, f"{table} must be a table: [{table}]"))
            elif table in _MANY:
                if isinstance(value, list) and all(isinstance(each, dict) for each in value):
                    read[table] = self._tables(table, value)
                else:
                    self._problems.append((line, f"{table} must be a list: [[{table}]]"))
            else:
                names = [*(f"[{name}]" for name in _ONE), *(f"[[{name}]]" for name in _MANY)]
                self._problems.append(
                    (line, f"{table[:60]} is not known; allowed are {', '.join(names)}")
                )
        if self._problems:
            raise SourceFileError(self._problems)
        return SourceList(**read)

    def _tables(self, table: str, values: list[dict[str, Any]]) -> tuple[Struct | None, ...]:
        if len(values) > _MOST[table]:
            self._problems.append(
                (self._lines.table(table, _MOST[table]), f"more than {_MOST[table]} [[{table}]]")
            )
            return ()
        return tuple(
            self._table(table, index, value, _MANY[table]) for index, value in enumerate(values)
        )

    def _table(self, table: str, index: int, values: dict[str, Any], kind: type[K]) -> K | None:
        before = len(self._problems)
        hints = get_type_hints(kind, include_extras=True)
        fields: dict[str, Any] = {}
        for key, value in values.items():
            if key not in hints:
                near = difflib.get_close_matches(key, hints, 1, 0.6)
                meant = f"; did you mean {near[0]}?" if near else ""
                allowed = ", ".join(hints)
                self._wrong(table, index, key, f"is not known{meant}; allowed are {allowed}")
                continue
            try:
                fields[key] = msgspec.convert(value, hints[key])
            except (msgspec.ValidationError, OverflowError):
                shown = "" if key in {"key", "url"} else f", not {str(value)[:60]}"
                self._wrong(table, index, key, f"must be {_meant(hints[key])}{shown}")
        needed = [each.name for each in msgspec.structs.fields(kind) if each.required]
        self._problems += [
            (self._lines.table(table, index), f"{_label(table)} needs {key}: {_meant(hints[key])}")
            for key in needed
            if key not in values
        ]
        if len(self._problems) > before:
            return None
        made = kind(**fields)
        for key, problem in _together(made):
            self._wrong(table, index, key, problem)
        self._note_name(table, index, getattr(made, "name", table))
        return made

    def _note_name(self, table: str, index: int, name: str) -> None:
        line = self._lines.key(table, index, "name")
        first = self._names.setdefault(name.casefold(), line)
        if first != line:
            self._wrong(table, index, "name", f"{name} has that name on line {first} already")

    def _wrong(self, table: str, index: int, key: str, problem: str) -> None:
        line = self._lines.key(table, index, key)
        self._problems.append((line, f"{_label(table)} {key[:60]} {problem}"))


def _label(table: str) -> str:
    return f"[{table}]" if table in _ONE else f"[[{table}]]"


def _meant(annotated: Any) -> str:  # noqa: ANN401
    """Return what a value must be, in words."""
    parts = [annotated, *get_args(annotated)]
    metas = (meta for part in parts for meta in (part, *get_args(part)) if isinstance(meta, Meta))
    told = (meta.description for meta in metas)
    return next((text for text in told if text), "a text")


def _together(made: Struct) -> list[tuple[str, str]]:
    """Return what is wrong with values beyond their kind: [(key, problem)]."""
    found = []
    if isinstance(made, WeatherSource | ArtSource) and made.key and made.key_file:
        found.append(("key_file", "stands beside key; one of them is enough"))
    if isinstance(made, WeatherSource):
        places = {"latitude": made.latitude, "longitude": made.longitude}
        found += [
            (key, "must be a number of degrees")
            for key, value in places.items()
            if not math.isfinite(value)
        ]
        if made.provider == "openweathermap" and not (made.key or made.key_file):
            found.append(("provider", 'is "openweathermap", which needs key or key_file'))
    url = made.address if isinstance(made, CalendarSource) else getattr(made, "url", None) or ""
    wants_web = isinstance(made, WeatherSource | NewsSource | ArtSource)
    if url and (wants_web or "://" in url) and not _is_web(url):
        kind = get_type_hints(type(made), include_extras=True)["url"]
        found.append(("url", f"must be {_meant(kind)}"))
    if isinstance(made, TopicSource):
        try:
            steps(made.path)
        except PathError as error:
            found.append(("path", str(error)))
    return found


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
