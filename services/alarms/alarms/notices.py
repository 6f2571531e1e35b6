"""What the broker is told of the alarms, and what it keeps of those that are no more."""

import logging
from collections.abc import Iterable

import msgspec

from alarms.engine import Engine
from alarms.entities import alarm_entities, hub_entities
from shared import topics
from shared.mqtt import Mqtt
from shared.payloads import AlarmDefinition, AlarmEvent, AlarmNext, AlarmState
from shared.subscription import Received

_log = logging.getLogger("alarms")


class Notices:
    """Publishes what has changed, config before state before event.

    The broker is the ledger: what it keeps of an alarm that does not exist is cleared, whoever
    left it there. `untold` are the rings (by id) that an earlier life began and may not have told.
    """

    def __init__(self, mqtt: Mqtt, engine: Engine, untold: dict[str, int]) -> None:
        self._mqtt = mqtt
        self._engine = engine
        self._untold = untold
        self._configs: dict[str, AlarmDefinition] = {}
        self._states: dict[str, AlarmState] = {}
        self._next: AlarmNext | None = None
        self._next_told = False

    def follow_ledger(self) -> None:
        """Look at our own retained topics; call it when the alarms are known."""
        # Unread, since what an older version has left there goes the same way. At QoS 0, since
        # what we publish comes back too, and acknowledging that would hold up the next by 40 ms
        self._mqtt.subscribe(topics.ALARM_CONFIG.unread(qos=0), self._see_config)
        self._mqtt.subscribe(topics.ALARM_STATE.unread(qos=0), self._see_state)

    def _see_config(self, received: Received[bytes]) -> None:
        own = received.levels["id"]
        if received.payload and own not in self._configs:
            self._mqtt.clear(topics.ALARM_CONFIG, id=own)

    def _see_state(self, received: Received[bytes]) -> None:
        own = received.levels["id"]
        if received.payload and own not in self._states:
            self._mqtt.clear(topics.ALARM_STATE, id=own)
        # The first that comes is what the broker kept, unless it kept nothing: then it is ours
        ring = self._untold.pop(own, None)
        if ring is not None and not (received.retained and _ring(received.payload) == ring):
            event = self._engine.start_event(own, ring)
            self.tell_events([event] if event else [])

    def tell(self, events: Iterable[AlarmEvent]) -> None:
        """Publish what is other than before, then the events."""
        definitions = self._engine.definitions
        others = definitions != self._configs  # asked before what has gone is forgotten
        for own in [own for own in self._configs if own not in definitions]:
            del self._configs[own], self._states[own]
            self._mqtt.clear(topics.ALARM_CONFIG, id=own)
            self._mqtt.clear(topics.ALARM_STATE, id=own)
        if others or not self._next_told:
            self._announce(definitions)
        for own, definition in definitions.items():
            if self._configs.get(own) != definition:
                self._configs[own] = definition
                self._mqtt.publish(topics.ALARM_CONFIG, definition, id=own)
        for own in definitions:
            state = self._engine.state(own)
            if self._states.get(own) != state:
                self._states[own] = state
                self._mqtt.publish(topics.ALARM_STATE, state, id=own)
        self.tell_events(events)
        coming = self._engine.next()
        if coming != self._next or not self._next_told:
            self._next, self._next_told = coming, True
            self._mqtt.publish(topics.ALARM_NEXT, coming)

    def tell_events(self, events: Iterable[AlarmEvent]) -> None:
        """Publish and log events."""
        for event in events:
            self._mqtt.publish(topics.ALARM_EVENT, event)
            level = logging.WARNING if event.event in {"missed", "unheard"} else logging.INFO
            reason = f", {event.reason}" if event.reason else ""
            _log.log(level, "%s (%s): %s%s", event.id, event.name, event.event, reason)

    def _announce(self, definitions: dict[str, AlarmDefinition]) -> None:
        name = self._mqtt.name
        self._mqtt.announce(
            hub_entities(name(topics.ALARM_NEXT), name(topics.ALARM_EVENT))
            | alarm_entities(
                definitions.values(),
                lambda own: name(topics.ALARM_CONFIG, id=own),
                lambda own: name(topics.ALARM_STATE, id=own),
                lambda own: name(topics.ALARM_SET, id=own),
            )
        )


def _ring(raw: bytes | None) -> int | None:
    try:
        return msgspec.json.decode(raw or b"", type=AlarmState).ring
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
