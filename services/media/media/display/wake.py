"""When a display asks again, and how it does meanwhile. Pure."""

from datetime import datetime, timedelta, tzinfo
from typing import Literal

from media.display.battery import stretch
from media.display.display import Display
from media.display.drift import to_expect, to_tell
from media.display.quiet import next_end, quiet_until

Availability = Literal["online", "sleeping", "offline"]

POLL_SECONDS = 60
"""How often a display asks for its mode that has power for it."""
REFRESH_SECONDS = 900
"""How often a display asks for its picture whose next change is not known."""
KNOWN_SECONDS = 3600
"""And where it is known: a person may want to see something else before."""
_LEAST_SECONDS = 60
_MOST_SECONDS = 86_400
_AFTER = timedelta(seconds=30)
"""So much later than a change it wakes: what it gets is ready by then."""
_BEFORE_QUIET = timedelta(seconds=60)
_LATE_INTERVALS = 2


def refresh_seconds(
    display: Display, now: datetime, zone: tzinfo, changes_at: datetime | None = None
) -> int:
    """Return how long to tell a display to sleep; 60 seconds to 24 hours.

    It comes half a minute after the next change: of its mode, or of its picture, which the caller
    may know (`changes_at`). It sleeps through its quiet hours as a whole, longer with a low
    battery, and what its clock is off by is made up for.
    """
    wakes = _wake(display, now, zone, changes_at)
    seconds = min(_MOST_SECONDS, max(_LEAST_SECONDS, (wakes - now).total_seconds()))
    told = round(to_tell(display.drift, seconds))
    return min(_MOST_SECONDS, max(_LEAST_SECONDS, told))


def _wake(display: Display, now: datetime, zone: tzinfo, changes_at: datetime | None) -> datetime:
    """Return when a display should be awake next."""
    quiet = next_end(display.quiet, now, zone)
    longest = REFRESH_SECONDS if changes_at is None else KNOWN_SECONDS
    wakes = now + timedelta(seconds=longest)
    changes = [
        at
        for at in (display.mode_until(now, zone), changes_at)
        if at is not None and now < at <= wakes
    ]
    if changes:
        wakes = min(changes) + _AFTER
    wakes = now + (wakes - now) * stretch(display.battery, charging=display.charging)
    # A clock that is slow would let it wake a moment after they have begun
    if quiet is not None and wakes >= quiet[0] - _BEFORE_QUIET:
        return quiet[1] + _AFTER
    return wakes


def next_wake(display: Display) -> datetime | None:
    """Return when the display is expected to ask again; None when it has never asked."""
    if display.last_seen_at is None:
        return None
    told = display.wakes_after_seconds or POLL_SECONDS
    return display.last_seen_at + timedelta(seconds=round(to_expect(display.drift, told)))


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


def is_quiet(display: Display, now: datetime, zone: tzinfo) -> bool:
    """Tell whether it is in its quiet hours."""
    return quiet_until(display.quiet, now, zone) is not None
