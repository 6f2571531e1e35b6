"""The steps of one alarm's life; each returns its memory afterwards, and tells the event. Pure."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from alarms.changes import Changes, Reason
from alarms.memory import Memory
from shared.payloads import AlarmDefinition


def ring(
    definition: AlarmDefinition,
    memory: Memory,
    number: int,
    occurrence: datetime | None,
    now: datetime,
    changes: Changes,
) -> Memory:
    """Begin a ring; `occurrence` is None for a test."""
    memory = memory.ringing(number, occurrence, now)
    if occurrence is not None and definition.once:
        memory = replace(memory, spent=True)
    changes.tell("start", definition, now, occurrence=occurrence, ring=number)
    return memory


def stop(
    definition: AlarmDefinition, memory: Memory, now: datetime, reason: Reason, changes: Changes
) -> Memory:
    """End a ring or a snooze; nothing happens when there is none."""
    if memory.phase == "idle":
        return memory
    changes.tell(
        "stop", definition, now, occurrence=memory.occurrence, ring=memory.ring, reason=reason
    )
    if memory.spent and reason != "changed":
        changes.spent.append(definition.id)
    return memory.idle()


def miss(
    definition: AlarmDefinition,
    memory: Memory,
    occurrence: datetime | None,
    now: datetime,
    changes: Changes,
) -> Memory:
    """Note that an occurrence, or the end of a snooze, has gone by."""
    changes.tell("missed", definition, now, occurrence=occurrence)
    if memory.spent:
        changes.spent.append(definition.id)
    return replace(memory.idle(), missed=True, occurrence=occurrence)


def snooze(definition: AlarmDefinition, memory: Memory, now: datetime, changes: Changes) -> Memory:
    """Turn a ring into a snooze."""
    until = now + timedelta(minutes=definition.snooze_minutes)
    changes.tell(
        "snooze", definition, now, occurrence=memory.occurrence, ring=memory.ring, until=until
    )
    return replace(memory.idle(), phase="snoozed", until=until, occurrence=memory.occurrence)


def unheard(definition: AlarmDefinition, memory: Memory, now: datetime, changes: Changes) -> Memory:
    """Note, once in a ring, that nobody hears it."""
    if memory.unheard:
        return memory
    changes.tell("unheard", definition, now, occurrence=memory.occurrence, ring=memory.ring)
    return replace(memory, unheard=True)
