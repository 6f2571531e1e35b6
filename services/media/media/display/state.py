"""How each display does, as it is published. Pure."""

from datetime import datetime, tzinfo

from media.display.display import Display
from media.display.wake import availability, next_wake
from shared.payloads import DisplayState


def state_of(display: Display, now: datetime, zone: tzinfo) -> DisplayState:
    """Return the state of a display; `zone` is its own."""
    override = display.override_at(now)
    until = display.mode_until(now, zone)
    return DisplayState(
        mode=display.mode_at(now, zone),
        mode_until_at=until.astimezone(zone) if until else None,
        override=override.mode if override else None,
        last_seen_at=display.last_seen_at,
        next_wake_at=next_wake(display),
        battery_percent=display.battery.percent,
        battery_low=display.battery_low,
        rssi_dbm=display.contact.rssi_dbm,
        firmware=display.contact.firmware or None,
        theme=display.theme or None,
        availability=None if display.kind == "topic" else availability(display, now),
    )
