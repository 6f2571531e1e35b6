"""What an older server of e-ink displays has kept in its SQLite database.

Its tables are found by their columns, since their names begin with that of an application, which
may be any. What is not understood is told and left out; the display itself is always taken.
"""

import hashlib
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args
from urllib.parse import quote
from zoneinfo import ZoneInfo

from shared.errors import MantelError
from shared.payloads import DisplayMode, Weekday

Row = dict[str, Any]

_DISPLAY = {"hardware_id", "human_readable_id"}
_RULE = {"display_id", "weekday", "start_time", "end_time", "mode"}
_TOKEN = {"key", "user_id", "created"}
_SOURCE = {"path", "classification", "favorite"}
_VARIANT = {"path", "source_image_id"}
_SETTINGS = {"image_source_dir"}

_DAYS = get_args(Weekday)
_MODES = get_args(DisplayMode)
_ID = re.compile(r"[a-z0-9_-]{1,64}")
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(:[0-5]\d(\.\d+)?)?")
_WIDTH, _HEIGHT = 1200, 1600
_MOST_PIXELS = 4999


class OldEinkError(MantelError):
    """The file is no database of that server."""


@dataclass
class OldDisplay:
    """A display, as `display/request/import` takes it; `problems` are what is left out of it."""

    fields: dict[str, Any]
    problems: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """What a person knows it by."""
        return str(self.fields["id"] or self.fields["hardware_id"])


@dataclass
class OldEink:
    """All that was kept."""

    displays: list[OldDisplay]
    pictures: list[str]
    """Paths of photos, as they were written there."""
    variants: list[str]
    """Paths of pictures that were made of them, in six colours and lying on their side."""
    folder: str
    """Where the photos were looked for; empty where nothing says so."""
    generated: str
    """Where it put what it made, which may be below that."""


def read_database(path: Path) -> OldEink:
    """Return what a database holds; OldEinkError. Nothing is written to it."""
    try:
        with closing(_opened(path)) as base:
            return _read(base)
    except sqlite3.Error as error:
        raise OldEinkError(f"{path} cannot be read as an SQLite database ({error})") from None


def _opened(path: Path) -> sqlite3.Connection:
    base = sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro", uri=True)
    base.text_factory = lambda raw: raw.decode(errors="replace")
    base.row_factory = lambda cursor, row: {
        column[0]: value for column, value in zip(cursor.description, row, strict=True)
    }
    return base


def _read(base: sqlite3.Connection) -> OldEink:
    names = [
        row["name"] for row in base.execute("SELECT name FROM sqlite_master WHERE type='table'")
    ]
    columns = {
        name: {row["name"] for row in base.execute(f"PRAGMA table_info({_quoted(name)})")}
        for name in sorted(names)
    }

    def rows(wanted: set[str]) -> Iterator[Row]:
        for name, there in columns.items():
            if wanted <= there:
                order = "id" if "id" in there else "rowid"
                yield from base.execute(f"SELECT * FROM {_quoted(name)} ORDER BY {order}")  # noqa: S608

    if not any(there >= _DISPLAY for there in columns.values()):
        raise OldEinkError("the database has no table of displays (hardware_id, human_readable_id)")
    tokens = {row["user_id"]: row["key"] for row in rows(_TOKEN)}
    rules = list(rows(_RULE))
    settings = next(rows(_SETTINGS), {})
    return OldEink(
        displays=[
            _display(row, tokens, [rule for rule in rules if rule["display_id"] == row.get("id")])
            for row in rows(_DISPLAY)
        ],
        pictures=[str(row["path"]) for row in rows(_SOURCE) if row["path"]],
        variants=[str(row["path"]) for row in rows(_VARIANT) if row["path"]],
        folder=str(settings.get("image_source_dir") or ""),
        generated=str(settings.get("image_generation_dir") or "generated"),
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _display(row: Row, tokens: dict[Any, Any], rules: list[Row]) -> OldDisplay:
    problems: list[str] = []
    id_ = str(row["human_readable_id"] or "")
    if not _ID.fullmatch(id_):
        problems.append(f"its id {id_!r} cannot be one here; it gets another")
        id_ = ""
    token = tokens.get(row.get("user_id"))
    if not token:
        problems.append("it has no token there; it gets one when it joins again")
    fields = {
        "hardware_id": str(row["hardware_id"]),
        "id": id_ or None,
        # As the hub keeps it: tokens do not go over the broker
        "token_hash": hashlib.sha256(str(token).encode()).hexdigest() if token else "",
        "width": _pixels(row.get("x_res"), _WIDTH, problems),
        "height": _pixels(row.get("y_res"), _HEIGHT, problems),
        "timezone": _zone(row.get("timezone"), problems),
        "default_mode": _mode(row.get("default_mode")) or "photo",
        "schedule": _schedule(rules, problems),
        "override": _mode(row.get("override_mode")),
    }
    problems += [
        f"{name} {row[name]!r} is none here"
        for name in ("default_mode", "override_mode")
        if row.get(name) and _mode(row[name]) is None
    ]
    return OldDisplay(fields, problems)


def _pixels(value: Any, usual: int, problems: list[str]) -> int:  # noqa: ANN401
    if isinstance(value, int) and 0 < value <= _MOST_PIXELS:
        return value
    if value is not None:
        problems.append(f"its size {value!r} cannot be; {usual} pixels are taken")
    return usual


def _zone(value: Any, problems: list[str]) -> str:  # noqa: ANN401
    name = str(value or "").strip()
    try:
        return name and ZoneInfo(name).key
    except (KeyError, ValueError, OSError):
        problems.append(f"its time zone {name!r} is not known; the hub's is taken")
        return ""


def _mode(value: Any) -> str | None:  # noqa: ANN401
    word = str(value or "").strip().lower()
    return word if word in _MODES else None


def _schedule(rules: list[Row], problems: list[str]) -> list[dict[str, Any]]:
    """Return the rules that hold, each once with all its days; the first of two that overlap."""
    days: dict[tuple[str, str, str], list[str]] = {}
    busy: set[tuple[int, int]] = set()
    for rule in rules:
        if not rule.get("active", True):
            continue
        start, end = _time(rule["start_time"]), _time(rule["end_time"])
        mode, day = _mode(rule["mode"]), rule["weekday"]
        shown = f"{rule['start_time']} to {rule['end_time']} {rule['mode']} (weekday {day})"
        if start is None or end is None or mode is None or day not in range(7):
            problems.append(f"rule {shown} is left out: it is not understood")
            continue
        minutes = {(day, each) for each in range(_minute(start), _minute(end) or 1440)}
        if not minutes:
            problems.append(f"rule {shown} is left out: it ends before it begins, and never held")
        elif busy & minutes:
            problems.append(f"rule {shown} is left out: it overlaps one before it")
        else:
            busy |= minutes
            days.setdefault((start, end, mode), []).append(_DAYS[day])
    return [
        {"start": start, "end": end, "mode": mode, "days": [day for day in _DAYS if day in its]}
        for (start, end, mode), its in days.items()
    ]


def _time(value: Any) -> str | None:  # noqa: ANN401
    found = _TIME.fullmatch(str(value).strip())
    return f"{found[1]}:{found[2]}" if found else None


def _minute(time: str) -> int:
    return int(time[:2]) * 60 + int(time[3:])
