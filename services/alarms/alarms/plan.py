"""When each alarm is due next, found once and kept until something changes. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from alarms.memory import Memory
from alarms.recurrence import latest_occurrence, next_occurrence
from shared.payloads import AlarmDefinition, AlarmNext

_MOST_DROPPED = 100
_A_MOMENT = timedelta(microseconds=1)


class Plan:
    """The next occurrence of each alarm, and the end of its snooze."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        """That of alarms which name none."""
        self._upcoming: dict[str, datetime | None] = {}
        self._after_skip: dict[str, datetime | None] = {}
        self._until: dict[str, datetime | None] = {}
        self._reason: dict[str, tuple[object, ...]] = {}
        self._dropped: dict[str, tuple[datetime, ...]] = {}

    def move(self, zone: ZoneInfo) -> bool:
        """Plan in this zone from now on; tell whether it is another, and no name says so."""
        before, self.zone = self.zone, zone
        return zone is not before and zone.key is None

    def keep(self, own: str, definition: AlarmDefinition, memory: Memory) -> None:
        """Plan an alarm."""
        self._until[own] = memory.until
        # All that the rest is made from
        reason = (memory.schedule, memory.enabled, memory.spent, memory.planned_from, memory.done,
                  memory.skip, None if definition.timezone else self.zone)  # fmt: skip
        if self._reason.get(own) == reason:
            return
        self._reason[own] = reason
        upcoming = after_skip = None
        if memory.enabled and not memory.spent and memory.planned_from is not None:
            upcoming = self._next(definition, memory, memory.planned_from)
            after_skip = upcoming
            if upcoming is not None and upcoming == memory.skip:
                after_skip = self._next(definition, memory, upcoming)
        self._upcoming[own], self._after_skip[own] = upcoming, after_skip

    def _next(
        self, definition: AlarmDefinition, memory: Memory, after: datetime
    ) -> datetime | None:
        found = next_occurrence(definition, after, self.zone)
        while found is not None and found in memory.done:
            found = next_occurrence(definition, found, self.zone)
        return found

    def start(self, definition: AlarmDefinition, now: datetime) -> datetime:
        """Return from when a new plan counts: an alarm of this very minute is still due.

        One with seconds in its time is so in this very second.
        """
        if definition.cron is not None:
            return now
        if definition.alarm_time and len(definition.alarm_time) > len("HHMM"):
            return now.replace(microsecond=0) - _A_MOMENT
        wall = now.astimezone(ZoneInfo(definition.timezone) if definition.timezone else self.zone)
        past = timedelta(seconds=wall.second, microseconds=wall.microsecond)
        return now - past - _A_MOMENT

    def upcoming(self, own: str) -> datetime | None:
        """Return its next occurrence, None when there is none."""
        return self._upcoming.get(own)

    def next_at(self, own: str) -> datetime | None:
        """Return when it rings next, after a snooze or after what is skipped; None: never."""
        return self._until.get(own) or self._after_skip.get(own)

    def next(self, order: Iterable[str]) -> AlarmNext | None:
        """Return which rings first, of those of one time the first in order."""
        coming = [(at, place, own) for place, own in enumerate(order) if (at := self.next_at(own))]
        return AlarmNext(id=min(coming)[2], at=min(coming)[0]) if coming else None

    def latest(self, definition: AlarmDefinition, memory: Memory, now: datetime) -> datetime:
        """Return the last occurrence up to now of an alarm that is due."""
        assert memory.planned_from is not None  # noqa: S101 - it is planned
        found = latest_occurrence(definition, memory.planned_from, now, self.zone)
        assert found is not None  # noqa: S101 - it is due
        return found

    def due(self, order: Iterable[str], now: datetime) -> list[str]:
        """Return the alarms that are due: by their times, those of one time in their order."""
        found = [
            (at, place, own)
            for place, own in enumerate(order)
            if (at := self._upcoming.get(own)) is not None and at <= now
        ]
        return [own for _, _, own in sorted(found)]

    def drop(self, own: str, memory: Memory) -> None:
        """Forget an alarm, but not what it was done with: it may come back by another name."""
        for kept in (self._upcoming, self._after_skip, self._until):
            kept.pop(own, None)
        self._reason.pop(own, None)
        self._dropped[memory.schedule] = memory.done
        if len(self._dropped) > _MOST_DROPPED:
            del self._dropped[next(iter(self._dropped))]

    def done_of_dropped(self, schedule: str) -> tuple[datetime, ...]:
        """Return the occurrences that an alarm of that schedule had before it was dropped."""
        return self._dropped.get(schedule, ())
