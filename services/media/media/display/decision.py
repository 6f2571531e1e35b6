"""What a display is to show at a moment: an alarm, a picture that was pushed, or a mode. Pure."""

from datetime import datetime

from media.display.display import Display, Pushed
from media.display.schedule import Mode
from shared.payloads import AlarmDefinition

Choice = AlarmDefinition | Pushed | Mode


def decide(display: Display, ringing: AlarmDefinition | None, mode: Mode, now: datetime) -> Choice:
    """Return what a display shows whose mode is `mode`.

    An alarm beats what was pushed, and that beats the mode.
    """
    if ringing is not None and display.shows_alarms:
        return ringing
    return display.pushed_at(now) or mode


def ended_by_alarm(display: Display, now: datetime) -> Pushed | None:
    """Return the pushed picture that ends when an alarm begins: one that has no end of its own."""
    pushed = display.pushed_at(now)
    ends = display.shows_alarms and pushed is not None and pushed.until_at is None
    return pushed if ends else None
