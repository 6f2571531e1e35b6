"""What a display tells of itself in the headers of a request. Pure.

The names are those of TRMNL's firmware, the only ones that are in use.
"""

import math
from collections.abc import Mapping

from media.display.contact import Contact

_MOST_TEXT = 40
_MOST_VOLTS = 20
_LEAST_DBM, _MOST_DBM = -120, -1  # 0 is what a radio says that does not know
_YES, _NO = frozenset({"1", "true"}), frozenset({"0", "false"})


def read_contact(headers: Mapping[str, str]) -> Contact | None:
    """Return what the headers tell, None when they tell nothing; what is nonsense is left out."""
    contact = Contact(
        battery_volts=_volts(headers.get("battery-voltage")),
        battery_percent=_percent(headers.get("percent-charged")),
        charging=_flag(headers.get("battery-charging") or headers.get("usb-connected")),
        rssi_dbm=_signal(headers.get("rssi")),
        firmware=_text(headers.get("fw-version")),
        model=_text(headers.get("model")),
        woken_by=_text(headers.get("update-source")),
    )
    return contact if contact != Contact() else None


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _volts(text: str | None) -> float | None:
    number = _number(text)
    return number if number is not None and 0 < number < _MOST_VOLTS else None


def _percent(text: str | None) -> int | None:
    number = _number(text)
    return round(number) if number is not None and number <= 100 else None


def _signal(text: str | None) -> int | None:
    try:
        signal = round(float(text or ""))
    except (ValueError, OverflowError):
        return None
    return signal if _LEAST_DBM <= signal <= _MOST_DBM else None


def _flag(text: str | None) -> bool | None:
    word = (text or "").strip().lower()
    return True if word in _YES else False if word in _NO else None


def _text(text: str | None) -> str:
    """Return a text without what could not be shown."""
    return "".join(each for each in text or "" if each.isprintable()).strip()[:_MOST_TEXT]
