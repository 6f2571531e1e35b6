"""What has been passed on: the newest of each state, and the last events for a while. Pure.

Both serve those who come late, were away or read too slowly: each of them knows up to which
number it was told everything, so that nothing is kept for any of them but that number.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable

from shared.filters import Levels, matches
from ws_bridge.relay.message import Message

MOST_EVENTS = 1000
MOST_EVENT_BYTES = 1_000_000
EVENT_SECONDS = 60.0
MOST_STATES = 5000
_MOST_FILTERS = 256
MOST_STATE_BYTES = 16_000_000


class States:
    """The newest message of each state topic, in the order of their numbers."""

    def __init__(self, most: int = MOST_STATES, most_bytes: int = MOST_STATE_BYTES) -> None:
        self._most, self._most_bytes = most, most_bytes
        self._newest: OrderedDict[str, Message] = OrderedDict()
        self._bytes = 0
        # By filter, the names that it means: of a thousand devices that come at once all ask for
        # the same. Names that are no longer kept may still be among them
        self._names: OrderedDict[Levels, dict[str, None]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._newest)

    def put(self, message: Message) -> None:
        """Keep a message; one that tells of a removal too, for those who were away.

        Where they are too many, what has not changed for longest is not kept.
        """
        before = self._newest.pop(message.name, None)
        self._newest[message.name] = message
        if before is None:
            levels = tuple(message.name.split("/"))
            for wanted, names in self._names.items():
                if matches(wanted, levels):
                    names[message.name] = None
        self._bytes += len(message.payload) - (len(before.payload) if before else 0)
        while len(self._newest) > self._most or self._bytes > self._most_bytes:
            self._bytes -= len(self._newest.popitem(last=False)[1].payload)

    def get(self, name: str) -> Message | None:
        """Return the newest of a topic; it may tell of its removal."""
        return self._newest.get(name)

    def matching(self, filters: Iterable[Levels]) -> list[Message]:
        """Return the values that filters mean, each once, in the order of their numbers."""
        found = {}
        for wanted in filters:
            for name in self._meant(wanted):
                message = self._newest.get(name)
                if message is not None and not message.is_gone:
                    found[message.sequence] = message
        return [found[sequence] for sequence in sorted(found)]

    def _meant(self, wanted: Levels) -> dict[str, None]:
        names = self._names.get(wanted)
        if names is None or len(names) > 2 * len(self._newest) + _MOST_FILTERS:
            names = {name: None for name in self._newest if matches(wanted, tuple(name.split("/")))}
            self._names[wanted] = names
            if len(self._names) > _MOST_FILTERS:
                self._names.popitem(last=False)
        return names

    def after(self, sequence: int) -> list[Message]:
        """Return what is newer than `sequence`, oldest first."""
        found = []
        for message in reversed(self._newest.values()):
            if message.sequence <= sequence:
                break
            found.append(message)
        found.reverse()
        return found

    def forget(self, is_unwanted: Callable[[str], bool]) -> None:
        """Keep no longer what nobody wants: its changes are not heard any more."""
        for name in [name for name in self._newest if is_unwanted(name)]:
            self._bytes -= len(self._newest.pop(name).payload)


class Events:
    """The last events, bounded in number, bytes and age."""

    def __init__(
        self,
        most: int = MOST_EVENTS,
        most_bytes: int = MOST_EVENT_BYTES,
        seconds: float = EVENT_SECONDS,
    ) -> None:
        self._most, self._most_bytes, self._seconds = most, most_bytes, seconds
        self._kept: deque[tuple[float, Message]] = deque()
        self._bytes = 0
        self.lost_sequence = 0
        """The number of the newest event that is no longer kept."""

    def __len__(self) -> int:
        return len(self._kept)

    def put(self, message: Message, now: float) -> list[Message]:
        """Keep an event; return those that had to go for it (`now` in seconds)."""
        self._kept.append((now, message))
        self._bytes += len(message.payload)
        return self.expire(now)

    def expire(self, now: float) -> list[Message]:
        """Drop, and return, what is too much or too old."""
        gone = []
        while self._kept and (
            len(self._kept) > self._most
            or self._bytes > self._most_bytes
            or now - self._kept[0][0] > self._seconds
        ):
            message = self._kept.popleft()[1]
            self._bytes -= len(message.payload)
            self.lost_sequence = message.sequence
            gone.append(message)
        return gone

    def after(self, sequence: int) -> list[Message]:
        """Return what is newer than `sequence`, oldest first."""
        found = []
        for _, message in reversed(self._kept):
            if message.sequence <= sequence:
                break
            found.append(message)
        found.reverse()
        return found
