"""What the alarms have done since it was last asked. Pure."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from alarms.memory import Memory
from shared.payloads import AlarmDefinition, AlarmEvent

EventKind = Literal["start", "stop", "snooze", "skip", "missed", "unheard"]
Reason = Literal["dismissed", "played", "timeout", "changed", "replaced"]


@dataclass
class Changes:
    """To be stored and told, in this order."""

    memories: dict[str, Memory | None] = field(default_factory=dict)
    """By id; None when the alarm is no more."""
    spent: list[str] = field(default_factory=list)
    """Alarms that were to ring once, and are over."""
    events: list[AlarmEvent] = field(default_factory=list)

    def tell(
        self,
        event: EventKind,
        definition: AlarmDefinition,
        now: datetime,
        occurrence: datetime | None = None,
        ring: int | None = None,
        *,
        until: datetime | None = None,
        reason: Reason | None = None,
    ) -> None:
        """Add an event."""
        self.events.append(
            AlarmEvent(
                event=event,
                id=definition.id,
                name=definition.name,
                at=now,
                occurrence_at=occurrence,
                ring=ring,
                until_at=until,
                reason=reason,
            )
        )
