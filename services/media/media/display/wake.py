"""When a display asks again, and how it does meanwhile. Pure."""

from datetime import datetime, timedelta, tzinfo
from typing import Literal

from media.display.display import Display

Availability = Literal["online", "sleeping", "offline"]

POLL_SECONDS = 60
"""How often a display asks for its mode that has power for it."""
REFRESH_SECONDS = 900
"""How often a display asks for its picture that sleeps in between."""
_LEAST_SECONDS = 60
_LATE_INTERVALS = 2


def refresh_seconds(display: Display, now: datetime, zone: tzinfo) -> int:
    """Return how long a display may sleep: up to the next change of its mode, 15 minutes at most.

    It wakes a little later than the change, never before it.
    """
    until = display.mode_until(now, zone)
    if until is None:
        return REFRESH_SECONDS
    left = int((until - now).total_seconds()) + 1
    return min(REFRESH_SECONDS, max(_LEAST_SECONDS, left))


def next_wake(display: Display) -> datetime | None:
    """Return when the display is expected to ask again; None when it has never asked."""
    if display.last_seen_at is None:
        return None
    return display.last_seen_at + timedelta(seconds=display.wakes_after_seconds or POLL_SECONDS)


def availability(display: Display, now: datetime) -> Availability:
    """Tell how a display does: one that sleeps is not dead until two intervals past its wake."""
    wake = next_wake(display)
    if wake is None or display.last_seen_at is None:
        return "offline"
    interval = wake - display.last_seen_at
    if now > wake + _LATE_INTERVALS * interval:
        return "offline"
    polls = interval <= timedelta(seconds=POLL_SECONDS)
    return "online" if polls or now - display.last_seen_at < timedelta(seconds=60) else "sleeping"
