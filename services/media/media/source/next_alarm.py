"""The alarm that rings next, with its name."""

from collections.abc import Callable
from datetime import datetime, timedelta

from media.source.facts import NextAlarm
from shared import topics
from shared.mqtt import Mqtt
from shared.payloads import AlarmDefinition, AlarmNext
from shared.subscription import Received

_RUNG = timedelta(minutes=1)
_MOST_NAMES = 500


class AlarmListener:
    """Follows the alarms of the house."""

    def __init__(self, mqtt: Mqtt, changed: Callable[[], None]) -> None:
        self._mqtt = mqtt
        self._changed = changed
        self._next: AlarmNext | None = None
        self._names: dict[str, str] = {}
        self._follows = False

    def follow(self) -> None:
        """Hear of them, from now on."""
        if not self._follows:
            self._follows = True
            self._mqtt.subscribe(topics.ALARM_NEXT, self._hear_next)
            self._mqtt.subscribe(topics.ALARM_CONFIG, self._hear_config)

    def _hear_next(self, received: Received[AlarmNext | None]) -> None:
        if received.payload != self._next:
            self._next = received.payload
            self._changed()

    def _hear_config(self, received: Received[AlarmDefinition]) -> None:
        id_ = received.levels["id"]
        if received.payload is None:
            self._names.pop(id_, None)
        elif id_ in self._names or len(self._names) < _MOST_NAMES:
            self._names[id_] = received.payload.name

    def alarm(self, now: datetime) -> NextAlarm | None:
        """Return it; one whose moment is over is none."""
        if self._next is None or self._next.at + _RUNG < now:
            return None
        id_ = self._next.id
        return NextAlarm(
            id=id_, name=self._names.get(id_, id_), at=self._next.at.astimezone(now.tzinfo)
        )
