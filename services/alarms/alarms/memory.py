"""What is remembered of one alarm, across restarts too. Pure."""

from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from shared.payloads import AlarmDefinition, AlarmState, AlarmStatus

_MOST_DONE = 64
_PLAYED_MINUTES = 10  # an alarm that sounds once is over then, when nobody says that it was played


class Memory(Struct, frozen=True, kw_only=True):
    """How one alarm does; all moments are UTC."""

    schedule: str
    """What it was planned by; another one is planned anew."""
    zone: str | None
    """The zone that it was planned in; None where the hub's has no name."""
    enabled: bool
    shown: AlarmStatus
    """What its state says, since `since`."""
    since: datetime
    planned_from: datetime | None = None
    """What is due after this is still to come; None until the clock is set."""
    done: tuple[datetime, ...] = ()
    """The last occurrences that rang, were skipped or were missed: none of them comes again."""
    phase: Literal["idle", "ringing", "snoozed"] = "idle"
    occurrence: datetime | None = None
    """What it rings or is snoozed for, or has missed; None for a test."""
    ring: int | None = None
    """Number of the ring while it rings."""
    last_ring: int = 0
    """Number of its last ring."""
    began: datetime | None = None
    """When this ring began."""
    until: datetime | None = None
    """When the snooze ends."""
    skip: datetime | None = None
    """The occurrence at which it will be silent."""
    missed: bool = False
    unheard: bool = False
    """In this ring there was a time when nobody heard it."""
    spent: bool = False
    """It was to ring once and has rung."""

    def with_done(self, *occurrences: datetime) -> "Memory":
        """Return it with these done and out of the plan."""
        done = (*self.done, *(each for each in occurrences if each not in self.done))
        return replace(self, done=done[-_MOST_DONE:], planned_from=max(occurrences))

    def is_other(self, schedule: str, definition: AlarmDefinition) -> bool:
        """Tell whether the alarm was changed so that it has to be planned anew."""
        return (self.schedule, self.enabled) != (schedule, definition.enabled)

    def idle(self) -> "Memory":
        """Return it without ring and snooze."""
        return replace(
            self, phase="idle", ring=None, began=None, until=None, occurrence=None, unheard=False
        )

    def ringing(self, ring: int, occurrence: datetime | None, now: datetime) -> "Memory":
        """Return it with a ring of that number."""
        return replace(
            self.idle(),
            phase="ringing",
            ring=ring,
            last_ring=ring,
            occurrence=occurrence,
            began=now,
            missed=False,
        )

    def shifted(self, step: timedelta) -> "Memory":
        """Return it after a step of the clock: what has begun lasts as long as it would have."""
        return replace(
            self,
            began=self.began and self.began + step,
            until=self.until and self.until + step,
        )

    def ring_end(self, definition: AlarmDefinition, *, played: bool) -> datetime | None:
        """Return when a ring ends by itself; `played`: its sound is coming just now."""
        if self.began is None:
            return None
        minutes = definition.max_minutes
        if not definition.repeat:
            minutes = max(minutes, _PLAYED_MINUTES) if played else _PLAYED_MINUTES
        return self.began + timedelta(minutes=minutes)

    def status(self, definition: AlarmDefinition) -> AlarmStatus:
        """Return the word for how it does."""
        if self.phase != "idle":
            return self.phase
        if not definition.enabled or self.spent:
            return "disabled"
        if self.skip is not None:
            return "skipped"
        return "missed" if self.missed else "waiting"

    def state(self, next_at: datetime | None, *, clock_set: bool) -> AlarmState:
        """Return what is told of it."""
        return AlarmState(
            state=self.shown,
            since_at=self.since,
            next_at=next_at,
            occurrence_at=self.occurrence if self.phase != "idle" or self.missed else None,
            ring=self.ring,
            unheard=self.unheard,
            clock_set=clock_set,
        )
