"""What all alarms do: rings, snoozes and skips, out of definitions, memories and the time. Pure.

The engine knows neither files nor topics. Whoever runs it calls it with the time, then takes
what has changed (`take`), stores that, and tells it.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from alarms import transition
from alarms.changes import Changes, Reason
from alarms.listening import Listening
from alarms.memory import Memory
from alarms.plan import Plan
from alarms.recurrence import schedule
from shared.payloads import AlarmDefinition, AlarmEvent, AlarmNext, AlarmState

_PUNCTUAL = timedelta(seconds=2)  # as late as this is on time: the machine was busy


class Engine:
    """The alarms of one owner, in the order of their definitions."""

    def __init__(self, memories: dict[str, Memory], grace: timedelta, zone: ZoneInfo) -> None:
        self._memories = memories
        self._grace = max(grace, _PUNCTUAL)
        self._plan = Plan(zone)
        self._definitions: dict[str, AlarmDefinition] = {}
        self._last_ring = max((each.last_ring for each in memories.values()), default=0)
        self._changes = Changes()
        self._listening = Listening()
        self.clock_set = False
        """Until this is true nothing begins and nothing ends."""

    @property
    def definitions(self) -> dict[str, AlarmDefinition]:
        """The alarms by their id, in order."""
        return dict(self._definitions)

    def state(self, own: str) -> AlarmState:
        """Return how an alarm does."""
        memory = self._memories[own]
        return memory.state(self._plan.next_at(own), clock_set=self.clock_set)

    def next(self) -> AlarmNext | None:
        """Return which alarm rings next, the end of a snooze included; None when none does."""
        return self._plan.next(self._definitions)

    def next_moment(self) -> datetime | None:
        """Return when something is due, a ring's end included; nothing happens before."""
        moments = [
            at
            for own, memory in self._memories.items()
            for at in (self._plan.upcoming(own), memory.until, self._ring_end(own))
            if at is not None
        ]
        return min(moments, default=None)

    def take(self) -> Changes:
        """Return what has happened since the last call."""
        changes, self._changes = self._changes, Changes()
        return changes

    def define(self, definitions: Iterable[AlarmDefinition], now: datetime, zone: ZoneInfo) -> None:
        """Make these the alarms; one that is due at other times than before is planned anew."""
        moved = self._plan.move(zone)
        wanted = {each.id: each for each in definitions}
        for own in [own for own in self._memories if own not in wanted]:
            memory = self._memories[own]
            if own in self._definitions:
                self._stop(own, memory, now, "changed")
            self._plan.drop(own, memory)
            del self._memories[own]
            self._changes.memories[own] = None
        self._definitions = wanted
        for own, definition in wanted.items():
            self._define(own, definition, now, moved=moved and not definition.timezone)

    def _define(self, own: str, definition: AlarmDefinition, now: datetime, *, moved: bool) -> None:
        planned_by, zone = schedule(definition), definition.timezone or self._plan.zone.key
        memory = self._memories.get(own) or Memory(
            schedule="", zone=None, enabled=False, shown="waiting", since=now,
            done=self._plan.done_of_dropped(planned_by),
        )  # fmt: skip
        if (edited := memory.is_other(planned_by, definition)) or moved or memory.zone != zone:
            if memory.schedule != planned_by or not definition.enabled:
                memory = self._stop(own, memory, now, "changed")
            memory = replace(
                memory,
                schedule=planned_by,
                zone=zone,
                enabled=definition.enabled,
                planned_from=self._start(definition, now),
                skip=None,
                missed=False,
                spent=memory.spent and not edited,
            )
        elif memory.spent and memory.phase == "idle":
            self._changes.spent.append(own)  # it was ended before its file could say so
        self._keep(own, memory, now)

    def _start(self, definition: AlarmDefinition, now: datetime) -> datetime | None:
        return self._plan.start(definition, now) if self.clock_set else None

    def tick(self, now: datetime, *, held: bool = False) -> None:
        """Do what is due. While `held` nobody could hear it, and nothing begins."""
        if not self.clock_set:
            return
        for own, memory in list(self._memories.items()):
            if memory.planned_from is None or memory.planned_from > now:  # the clock was set back
                start = self._start(self._definitions[own], now)
                self._keep(own, replace(memory, planned_from=start), now)
        self._end_rings(now)
        if held:
            self._listening.forget()
            return
        for own in self._plan.due(self._definitions, now):
            self._meet(own, now)
        self._end_snoozes(now)
        self._find_unheard(now)

    def _meet(self, own: str, now: datetime) -> None:
        """Ring for what is due, or miss it; of several occurrences only the last counts."""
        memory, definition = self._memories[own], self._definitions[own]
        latest = self._plan.latest(definition, memory, now)
        known = (*memory.done, memory.skip)
        if memory.skip is not None and memory.skip <= latest:
            memory = replace(memory.with_done(memory.skip), skip=None)
        memory = memory.with_done(latest)
        if latest not in known:
            if now - latest <= self._grace:
                if memory.phase == "ringing":
                    memory = self._stop(own, memory, now, "replaced")
                memory = self._ring(own, memory, latest, now)
            elif memory.phase == "idle":
                memory = self._miss(own, memory, latest, now)
        self._keep(own, memory, now)

    def _end_rings(self, now: datetime) -> None:
        for own, memory in list(self._memories.items()):
            if (end := self._ring_end(own)) is not None and end <= now:
                self._keep(own, self._stop(own, memory, now, "timeout"), now)

    def _ring_end(self, own: str) -> datetime | None:
        memory = self._memories[own]
        played = self._listening.plays(memory.ring)
        return memory.ring_end(self._definitions[own], played=played)

    def _end_snoozes(self, now: datetime) -> None:
        for own, memory in list(self._memories.items()):
            if memory.until is not None and memory.until <= now:
                end = self._ring if now - memory.until <= self._grace else self._miss
                self._keep(own, end(own, memory, memory.occurrence, now), now)

    def _find_unheard(self, now: datetime) -> None:
        rings = {each.ring: own for own, each in self._memories.items() if each.ring is not None}
        for ring in self._listening.unheard(rings, now):
            own = rings[ring]
            memory = self._memories[own]
            memory = transition.unheard(self._definitions[own], memory, now, self._changes)
            self._keep(own, memory, now)

    def step(self, by: timedelta) -> None:
        """Follow a step of the clock while the engine ran: what has begun keeps its length."""
        self._listening.shift(by)
        if self.clock_set:
            for own, memory in self._memories.items():
                if memory.phase != "idle":
                    memory = self._memories[own] = self._changes.memories[own] = memory.shifted(by)
                    self._plan.keep(own, self._definitions[own], memory)

    def hear(self, ring: int | None, listeners: int) -> None:
        """Note the number of the ring that is played now, None for silence, and who gets it."""
        self._listening.hear(ring, listeners)

    def played(self, own: str, ring: int, now: datetime) -> None:
        """End the ring whose sound is over, unless it is to be repeated."""
        memory = self._memories.get(own)
        if memory is not None and memory.ring == ring and not self._definitions[own].repeat:
            self._keep(own, self._stop(own, memory, now, "played"), now)

    def dismiss(self, own: str, now: datetime) -> None:
        """End a ring or a snooze, or take note of a missed one."""
        memory = self._stop(own, self._memories[own], now, "dismissed")
        self._keep(own, replace(memory, missed=False, occurrence=None), now)

    def snooze(self, own: str, now: datetime) -> str | None:
        """Let it be silent for a while; return why not, None when it was done."""
        memory = self._memories[own]
        if memory.phase != "ringing":
            return "it does not ring"
        memory = transition.snooze(self._definitions[own], memory, now, self._changes)
        self._keep(own, memory, now)
        return None

    def test(self, own: str, now: datetime) -> str | None:
        """Let it ring now; return why not, None when it was done."""
        memory = self._memories[own]
        if memory.phase != "idle":
            return f"it is {memory.phase}"
        self._keep(own, self._ring(own, memory, None, now), now)
        return None

    def start_event(self, own: str, ring: int) -> AlarmEvent | None:
        """Return the event with which that ring began; None when it is over."""
        memory = self._memories.get(own)
        if memory is None or memory.ring != ring or memory.began is None:
            return None
        changes = Changes()
        changes.tell("start", self._definitions[own], memory.began, memory.occurrence, ring)
        return changes.events[0]

    def skip(self, own: str, now: datetime) -> str | None:
        """Let its next occurrence pass; return why not, None when it was done."""
        memory, upcoming = self._memories[own], self._plan.upcoming(own)
        if upcoming is None:
            return "it has no next ring"
        if memory.skip is None:
            self._changes.tell("skip", self._definitions[own], now, occurrence=upcoming)
            self._keep(own, replace(memory, skip=upcoming), now)
        return None

    def unskip(self, own: str, now: datetime) -> None:
        """Let it ring after all."""
        self._keep(own, replace(self._memories[own], skip=None), now)

    def _ring(self, own: str, memory: Memory, occurrence: datetime | None, now: datetime) -> Memory:
        # The time is in the number, so that it grows even when the memory of the last one is lost
        number = self._last_ring = max(self._last_ring + 1, int(now.timestamp()))
        return transition.ring(
            self._definitions[own], memory, number, occurrence, now, self._changes
        )

    def _stop(self, own: str, memory: Memory, now: datetime, reason: Reason) -> Memory:
        return transition.stop(self._definitions[own], memory, now, reason, self._changes)

    def _miss(self, own: str, memory: Memory, occurrence: datetime | None, now: datetime) -> Memory:
        return transition.miss(self._definitions[own], memory, occurrence, now, self._changes)

    def _keep(self, own: str, memory: Memory, now: datetime) -> None:
        definition = self._definitions[own]
        shown = memory.status(definition)
        if shown != memory.shown:
            memory = replace(memory, shown=shown, since=now)
        if memory != self._memories.get(own):
            self._memories[own] = self._changes.memories[own] = memory
        self._plan.keep(own, definition, memory)
