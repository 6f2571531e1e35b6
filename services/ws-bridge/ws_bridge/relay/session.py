"""What a device has asked for and how far it was told, with or without a connection. Pure."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from shared.filters import Levels, matches
from ws_bridge.multicast import Outlet
from ws_bridge.relay.catalog import Feed
from ws_bridge.relay.message import Form, Message
from ws_bridge.relay.rights import NotAllowedError, Rights

if TYPE_CHECKING:
    from ws_bridge.relay.cohort import Cohort

MOST_FILTERS = 64
MOST_WAITING_EVENTS = 256
MOST_WAITING_BYTES = 256_000
"""Of the events that a device gets that was behind; older ones are old news."""


class Writer(Outlet, Protocol):
    """The writing side of a device's connection."""

    @property
    def is_full(self) -> bool:
        """Whether the device has to read before it gets more."""

    def goodbye(self, number: int, code: str, message: str) -> None:
        """Tell why, and end the connection."""


@dataclass(frozen=True)
class Asked:
    """A filter of a device; `since` is the newest number when it was asked for."""

    feeds: tuple[Feed, ...]
    since: int

    def wants(self, name: Levels) -> bool:
        """Tell whether a topic is meant."""
        return any(matches(feed.levels, name) for feed in self.feeds)


class Session:
    """A device from its welcome until a while after it has gone.

    `told` is the number up to which it was told all that it wants, unless it is in step with its
    cohort. `replay` are retained values that it is to get before, and frames between them.
    """

    def __init__(self, identifier: str, rights: Rights, form: Form, now: float) -> None:
        self.identifier = identifier
        self.rights = rights
        self.form = form
        self.since = now
        self.writer: Writer | None = None
        self.cohort: Cohort | None = None
        self.asked: dict[str, Asked] = {}
        self.told = 0
        self.given_up = 0
        """Events up to this number are not told any more."""
        self.in_step = False
        self.behind_since: float | None = None
        self.replay: deque[Message | bytes] = deque()
        self.dropped = 0
        self.dropped_untold = 0
        self.is_resuming = False
        """Whether it catches up after a while away, with all that is kept."""

    def ask(self, text: str, sequence: int) -> Asked:
        """Add a filter; NotAllowedError when it may not have it."""
        feeds = tuple(self.rights.feeds(text))
        if text not in self.asked and len(self.asked) >= MOST_FILTERS:
            raise NotAllowedError("too_many_filters", f"{MOST_FILTERS} filters are the most")
        before = self.asked.get(text)
        asked = self.asked[text] = Asked(feeds, sequence if before is None else before.since)
        return asked

    def feeds(self) -> frozenset[Feed]:
        """Return all that it wants, of several filters once."""
        return frozenset(feed for asked in self.asked.values() for feed in asked.feeds)

    def restrict(self, rights: Rights) -> Iterator[tuple[str, NotAllowedError]]:
        """Take other rights; yield each filter that they no longer cover, which is ended."""
        self.rights = rights
        for text, asked in list(self.asked.items()):
            try:
                self.asked[text] = Asked(tuple(rights.feeds(text)), asked.since)
            except NotAllowedError as error:
                del self.asked[text]
                yield text, error

    def missing(self, messages: list[Message]) -> list[Message]:
        """Return those of `messages` that it wants and has not been told."""
        found = []
        for message in messages:
            name = tuple(message.name.split("/"))
            sequence = message.sequence
            if sequence > self.told and any(
                sequence > asked.since and asked.wants(name) for asked in self.asked.values()
            ):
                found.append(message)
        return found

    def bound(self, events: list[Message]) -> list[Message]:
        """Return the newest of the events that wait, and count the others as dropped."""
        if self.is_resuming:
            return events
        events = [event for event in events if event.sequence > self.given_up]
        room, size = MOST_WAITING_EVENTS, MOST_WAITING_BYTES
        kept = 0
        for message in reversed(events):
            size -= len(message.payload)
            if kept == room or size < 0:
                break
            kept += 1
        gone = events[: len(events) - kept]
        if gone:
            self.drop(len(gone))
            self.given_up = gone[-1].sequence
        return events[len(gone) :]

    def drop(self, count: int) -> None:
        """Count events that it does not get."""
        self.dropped += count
        self.dropped_untold += count
