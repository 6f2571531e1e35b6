"""Alarms: what they are, how they do, what happens with them. Pure."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from shared.payloads.time import Time

Weekday = Literal["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
AlarmStatus = Literal["waiting", "ringing", "snoozed", "skipped", "disabled", "missed"]


class AlarmDefinition(Struct, frozen=True, kw_only=True):
    """An alarm, with the names and forms of `config/alarms.json`; null is what is not given."""

    id: Annotated[str, Meta(description="Its id, given or made from its name or its time")]
    name: Annotated[str, Meta(description="Its name, as people see it")]
    enabled: Annotated[bool, Meta(description="Whether it rings")] = True
    alarm_time: Annotated[
        str | None, Meta(description="Wall-clock time, HHMM; null where `cron` stands for it")
    ] = None
    cron: Annotated[str | None, Meta(description="A cron line in place of time and days")] = None
    alarm_days: Annotated[
        list[Weekday] | None, Meta(description="Days on which it rings; null: all")
    ] = None
    alarm_dates: Annotated[
        list[str] | None,
        Meta(description="Dates MM/DD, or ranges MM/DD-MM/DD; without effect beside `alarm_days`"),
    ] = None
    alarm_audio: Annotated[str | None, Meta(description="File of its sound; null: the usual")] = (
        None
    )
    alarm_image: Annotated[str | None, Meta(description="File of its picture; null: the usual")] = (
        None
    )
    timezone: Annotated[
        str | None, Meta(description="Zone of its time, such as Europe/Paris; null: the hub's")
    ] = None
    repeat: Annotated[
        bool, Meta(description="Sound again and again until dismissed, else once")
    ] = False
    snooze_minutes: Annotated[int, Meta(description="How long a snooze lasts")] = 9
    max_minutes: Annotated[int, Meta(description="How long it repeats at most")] = 60
    volume_percent: Annotated[int, Meta(description="Loudness, 100: as loud as can be")] = 100
    volume_ramp_seconds: Annotated[
        int, Meta(description="Seconds from silence to that loudness")
    ] = 0
    skip_holidays: Annotated[
        str | None,
        Meta(description="Country, or country and region (DE-BY), on whose holidays it is silent"),
    ] = None
    once: Annotated[bool, Meta(description="Ring one time, then be disabled")] = False


class AlarmState(Struct, frozen=True, kw_only=True):
    """How an alarm does now."""

    state: Annotated[AlarmStatus, Meta(description="missed and skipped last until the next ring")]
    since_at: Annotated[Time, Meta(description="Since when")]
    next_at: Annotated[
        Time | None, Meta(description="When it rings next, the end of a snooze included")
    ] = None
    occurrence_at: Annotated[
        Time | None, Meta(description="The moment that it rings, is snoozed or was missed for")
    ] = None
    ring: Annotated[
        int | None,
        Meta(description="Number of this ring while it is ringing, higher than all before"),
    ] = None
    unheard: Annotated[bool, Meta(description="It rings and nobody plays it")] = False
    clock_set: Annotated[
        bool, Meta(description="False: nothing rings until the host's clock is synchronised")
    ] = True


class AlarmNext(Struct, frozen=True, kw_only=True):
    """The alarm that rings next."""

    id: Annotated[str, Meta(description="Which")]
    at: Annotated[Time, Meta(description="When")]


class AlarmEvent(Struct, frozen=True, kw_only=True):
    """Something happened with an alarm."""

    event: Annotated[
        Literal["start", "stop", "snooze", "skip", "missed", "unheard"], Meta(description="What")
    ]
    id: Annotated[str, Meta(description="Which alarm")]
    name: Annotated[str, Meta(description="Its name")]
    at: Annotated[Time, Meta(description="When it happened")]
    occurrence_at: Annotated[
        Time | None, Meta(description="The moment that the alarm was due; null for a test")
    ] = None
    ring: Annotated[int | None, Meta(description="Number of the ring")] = None
    until_at: Annotated[Time | None, Meta(description="End of the snooze")] = None
    reason: Annotated[
        Literal["dismissed", "played", "timeout", "changed", "replaced"] | None,
        Meta(
            description="Why it stopped; changed: the alarm was disabled, edited or deleted; "
            "replaced: its next moment has come"
        ),
    ] = None
