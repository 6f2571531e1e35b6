"""What the providers of weather have alike: how their answers are understood. Pure."""

from collections.abc import Callable
from datetime import timedelta, timezone, tzinfo
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from media.source.reply_error import ReplyError
from media.source.weather import Weather

MOST = 24 * 16
"""Of hours, and of days."""

R = TypeVar("R")


def reason(body: bytes) -> str:
    """Return why a provider refuses, as it says itself; "" when it says nothing."""
    try:
        told: Any = msgspec.json.decode(body)
    except msgspec.MsgspecError:
        return ""
    return str(told.get("reason") or told.get("message", "")) if isinstance(told, dict) else ""


def understood(body: bytes, form: type[R], read: Callable[[R], Weather]) -> Weather:
    """Return the weather that an answer of some form tells; ReplyError."""
    try:
        weather = read(msgspec.json.decode(body, type=form))
    except (msgspec.MsgspecError, ValueError, OverflowError, OSError) as error:
        raise ReplyError(f"its answer is no forecast ({str(error)[:120]})") from None
    if not weather.days and not weather.hours:
        raise ReplyError("its answer holds no forecast")
    return weather


def place_zone(name: str, offset_seconds: int) -> tzinfo:
    """Return the zone of a place; its offset where this machine does not know the name (yet)."""
    try:
        if name:
            return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        pass
    return timezone(timedelta(seconds=offset_seconds))
