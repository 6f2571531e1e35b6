"""What TRMNL devices report of their own faults, as lines for the log of the hub. Pure."""

import json
import logging
from collections import OrderedDict, deque
from typing import Any

from msgspec import Struct

from shared.errors import PayloadError

MOST_LINES = 20
"""Of one report, the newest; a device keeps no more while it cannot reach the hub."""
_MOST_CHARACTERS = 300
_MOST_KEPT = 50
_MOST_DISPLAYS = 64
_LEVELS = {
    "fatal": logging.WARNING,
    "error": logging.WARNING,
    "warning": logging.WARNING,
    "warn": logging.WARNING,
    "debug": logging.DEBUG,
    "verbose": logging.DEBUG,
}
_FACTS = ("wake_reason", "wifi_status", "wifi_signal", "battery_voltage", "firmware_version")


class Line(Struct, frozen=True):
    """One line of a device: a level of `logging`, and the text, safe to print."""

    level: int
    text: str


def read_report(raw: bytes) -> list[Line]:
    """Return the lines of the body of a report; PayloadError when it cannot be understood.

    Newer firmware sends {"logs": [...]}, older {"log": {"logs_array": [...]}}.
    """
    try:
        body = json.loads(raw.decode(errors="replace"))
    except (ValueError, RecursionError):
        raise PayloadError("is no JSON") from None
    entries = body.get("logs") if isinstance(body, dict) else None
    if entries is None and isinstance(body, dict):
        entries = body["log"].get("logs_array") if isinstance(body.get("log"), dict) else None
    if not isinstance(entries, list):
        raise PayloadError("has no list of logs")
    return [_line(each) for each in entries[-MOST_LINES:]]


def _line(entry: Any) -> Line:  # noqa: ANN401
    if not isinstance(entry, dict):
        return Line(logging.INFO, _printable(entry))
    text = _printable(entry.get("message", entry.get("log_message", "")))
    if path := entry.get("source_path"):
        text += f" ({_printable(path)}:{_printable(entry.get('source_line', '?'))})"
    facts = [f"{name} {_printable(entry[name])}" for name in _FACTS if _said(entry.get(name))]
    level = entry.get("level")
    level = _LEVELS.get(level.lower(), logging.INFO) if isinstance(level, str) else logging.INFO
    return Line(level, ", ".join([text or "no message", *facts])[:_MOST_CHARACTERS])


def _said(value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, str | int | float) and value != ""


def _printable(value: Any) -> str:  # noqa: ANN401
    """Return text of one line; what would move a terminal's cursor is left out."""
    if isinstance(value, dict | list):
        value = "..."
    text = value if isinstance(value, str) else json.dumps(value)
    text = "".join(each if each.isprintable() else " " for each in text[: 2 * _MOST_CHARACTERS])
    return " ".join(text.split())


class Reports:
    """The newest lines of each display: at most 50, of at most 64 displays."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, deque[str]] = OrderedDict()

    def keep(self, display_id: str, lines: list[str]) -> None:
        """Add lines of a display, the oldest first."""
        self._kept.setdefault(display_id, deque(maxlen=_MOST_KEPT)).extend(lines)
        self._kept.move_to_end(display_id)
        if len(self._kept) > _MOST_DISPLAYS:
            self._kept.popitem(last=False)

    def of(self, display_id: str) -> list[str]:
        """Return what is kept of a display, the oldest first."""
        return list(self._kept.get(display_id, ()))
