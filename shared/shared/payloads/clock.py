"""The clock's sessions. Pure."""

from typing import Annotated

from msgspec import Meta, Struct

from shared.payloads.alarm import Weekday
from shared.payloads.time import Time


class ClockAlarm(Struct, frozen=True, kw_only=True):
    """An alarm of a session; its name is its own within the session."""

    name: Annotated[str, Meta(description="Its name, 1 to 64 printable characters")]
    time: Annotated[str, Meta(description="Wall-clock time in the session's zone, HH:MM:SS")]
    days: Annotated[list[Weekday] | None, Meta(description="Days on which it rings; null: all")] = (
        None
    )
    once: Annotated[bool, Meta(description="It is disabled after its ring")] = False
    enabled: Annotated[bool, Meta(description="Whether it rings")] = True
    ringing: Annotated[bool, Meta(description="Whether it rings now")] = False
    next_at: Annotated[
        Time | None, Meta(description="When it rings next, the end of a snooze included")
    ] = None


class ClockSession(Struct, frozen=True, kw_only=True):
    """A session, as long as a connection holds it."""

    timezone: Annotated[
        str,
        Meta(
            description="Zone of its time, such as Europe/Paris; empty: the hub's, "
            "which has no name"
        ),
    ]
    alarms: Annotated[
        list[ClockAlarm], Meta(description="At most 64, in the order of their making")
    ]
