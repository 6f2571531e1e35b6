"""A bounded box of messages between a fast and a slow side: newest state, every event. Pure."""

from collections import OrderedDict
from typing import Generic, TypeVar

T = TypeVar("T")


class Mailbox(Generic[T]):
    """Holds at most one message a state topic (the newest) and at most `most_events` events.

    A state that is put again takes its new place at the end, so that what was put after it
    (a frame after its bitmap) still comes after it. Where events wait behind it (sound behind
    its format) the older one stays as well: they belong to it.
    When the events are too many the new one is refused and counted in `dropped`:
    the older ones happened first and somebody may still wait for them.
    """

    def __init__(self, most_events: int = 1000) -> None:
        self._most_events = most_events
        self._messages: OrderedDict[int, tuple[str | None, T]] = OrderedDict()
        self._places: dict[str, int] = {}
        self._events = 0
        self._serial = 0
        self._last_event = 0
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._messages)

    def put_state(self, topic: str, message: T) -> None:
        """Keep `message` as the newest of `topic`; an older one that still waits is replaced."""
        place = self._places.get(topic, 0)
        if place > self._last_event:
            del self._messages[place]
        self._places[topic] = self._append(topic, message)

    def put_event(self, message: T) -> bool:
        """Append `message`; False (and counted) when the box already holds all it may."""
        if self._events >= self._most_events:
            self.dropped += 1
            return False
        self._last_event = self._append(None, message)
        self._events += 1
        return True

    def _append(self, topic: str | None, message: T) -> int:
        self._serial += 1
        self._messages[self._serial] = (topic, message)
        return self._serial

    def take(self) -> T | None:
        """Remove and return the first message, None when there is none."""
        if not self._messages:
            return None
        place, (topic, message) = self._messages.popitem(last=False)
        if topic is None:
            self._events -= 1
        elif self._places[topic] == place:
            del self._places[topic]
        return message

    def clear(self) -> int:
        """Throw everything away; returns how many events were among it."""
        lost = self._events
        self._messages.clear()
        self._places.clear()
        self._events = 0
        return lost
