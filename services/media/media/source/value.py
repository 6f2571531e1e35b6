"""A value out of a topic's payload, and how it is shown. Pure."""

import json
import math
from typing import Any

from media.source.plain_text import plain
from shared.errors import PayloadError
from shared.json_path import PathError, pick, steps
from shared.source_list import TopicSource

MOST_BYTES = 1 << 17
_MOST_TEXT = 100
_AWAY = frozenset({"unavailable", "unknown", "none", "null", "nan", ""})
"""What Home Assistant publishes for an entity that has no value."""

Plain = float | bool | str | None


def value(raw: bytes, source: TopicSource) -> Plain:
    """Return what a payload says; PayloadError. None: it says that there is no value."""
    if len(raw) > MOST_BYTES:
        raise PayloadError(f"is larger than {MOST_BYTES} bytes")
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise PayloadError("is no text") from None
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        if source.path:
            raise PayloadError("is no JSON") from None
        found = text
    try:
        found = pick(found, steps(source.path))
    except PathError as error:
        raise PayloadError(str(error)) from None
    return _plain(found)


def _plain(found: Any) -> Plain:  # noqa: ANN401
    if isinstance(found, dict | list):
        kind = "an object" if isinstance(found, dict) else "a list"
        raise PayloadError(f"is {kind} there; lead the path to a value in it")
    if isinstance(found, bool) or found is None:
        return found
    if isinstance(found, str):
        if found.strip().casefold() in _AWAY:
            return None
        try:
            found = float(found)
        except ValueError:
            return plain(found, _MOST_TEXT)
    try:
        number = float(found)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def shown(value: Plain, source: TopicSource) -> str:
    """Return it as it is shown, with its unit; "-" where there is none."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, str):
        text = value
    elif source.decimals is not None:
        text = f"{value:.{source.decimals}f}"
    else:
        text = f"{value:.6g}" if abs(value) < 1e6 else f"{value:.0f}"
    return f"{text} {source.unit}" if source.unit else text
