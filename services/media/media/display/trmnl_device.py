"""What a TRMNL device tells of itself in the headers of a request. Pure.

Each is optional, and what makes no sense counts as not told: a device is not refused for that.
"""

import math
import re
from collections.abc import Mapping

from msgspec.structs import replace

from media.bitmap.profiles import PROFILES as _SCREENS
from media.display.display import Display

Headers = Mapping[str, str]
"""By any spelling of a header's name."""

MODELS = {"og": "trmnl-og", "x": "trmnl-x"}
"""The profile of each model of TRMNL's own; others say how many pixels they have."""
USUAL_SIZE = (800, 480)
"""Of a device that does not say."""

_LEAST_PIXELS, _MOST_PIXELS = 16, 4999
_MOST_CHARACTERS = 40
_MOST_ID = 64
_MAC = re.compile(r"[0-9A-F]{12}")


def hardware_id(text: str) -> str:
    """Return the id of a device, "" when it is none; a MAC has one spelling, AA:BB:CC:DD:EE:FF."""
    text = text.strip()
    digits = re.sub(r"[:.-]", "", text).upper()
    if _MAC.fullmatch(digits):
        return ":".join(digits[at : at + 2] for at in range(0, 12, 2))
    return text if text.isascii() and text.isprintable() and len(text) <= _MOST_ID else ""


def fitted(display: Display, headers: Headers) -> Display:
    """Return the display with the screen that the device says it has.

    A profile stays, be it its model's or one that its owner has chosen; and so does what an e-ink
    display has said when it joined.
    """
    if display.profile or display.kind != "trmnl":
        return display
    profile = MODELS.get(_word(headers.get("model")).lower(), "")
    if profile:
        width, height = _SCREENS[profile].size
        return replace(display, profile=profile, width=width, height=height)
    width, height = size_of(headers) or (display.width, display.height)
    return replace(display, width=width, height=height)


def size_of(headers: Headers) -> tuple[int, int] | None:
    """Return how many pixels a device says it has."""
    width, height = (_number(headers.get(name)) for name in ("width", "height"))
    if width is None or height is None:
        return None
    if not all(_LEAST_PIXELS <= each <= _MOST_PIXELS for each in (width, height)):
        return None
    return int(width), int(height)


def _number(text: str | None) -> float | None:
    try:
        number = float((text or "")[:_MOST_CHARACTERS])
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _word(text: str | None) -> str:
    return "".join(each for each in (text or "") if each.isprintable()).strip()[:_MOST_CHARACTERS]
