"""What a service receives of one topic filter, in a bounded queue of its own."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, Self, TypeVar

from shared.mailbox import Mailbox
from shared.topic import Topic

P = TypeVar("P")


@dataclass(frozen=True)
class Received(Generic[P]):
    """A message: its payload (None when a retained state was cleared) and its topic's levels."""

    payload: P | None
    levels: dict[str, str]
    retained: bool


class Subscription(Generic[P]):
    """An endless iterator of messages: of states only the newest of a topic, of events each.

    When 1000 events wait the next one is dropped and counted.
    With a `handler` nothing waits: it is called for each message, in the order in which the
    broker sent those of all topics.
    """

    def __init__(
        self,
        topic: Topic[P],
        base: str,
        levels: dict[str, str],
        handler: Callable[[Received[P]], None] | None = None,
    ) -> None:
        self.topic = topic
        self._handler = handler
        self._base = base
        self._levels = levels
        self._mailbox: Mailbox[Received[P]] = Mailbox()
        self._filled = asyncio.Event()

    @cached_property
    def filter(self) -> str:
        """The topic filter that the broker is asked for."""
        return self.topic.filter(self._base, **self._levels)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        """What the names of its topics match."""
        return self.topic.pattern(self._base, **self._levels)

    def levels(self, name: str) -> dict[str, str] | None:
        """Return the varying levels of a topic, None when it is not of this filter."""
        found = self._pattern.fullmatch(name)
        return None if found is None else self._levels | found.groupdict()

    def take(self, name: str, levels: dict[str, str], raw: bytes, *, retained: bool) -> bool:
        """Hand over or queue a message of this filter; False when the queue was full.

        Raises PayloadError when the payload does not fit the topic's model.
        """
        gone = self.topic.retain and not raw
        received = Received(None if gone else self.topic.decode(raw), levels, retained)
        if self._handler is not None:
            self._handler(received)
            return True
        kept = True
        if self.topic.retain:
            self._mailbox.put_state(name, received)
        else:
            kept = self._mailbox.put_event(received)
        self._filled.set()
        return kept

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Received[P]:
        while (received := self._mailbox.take()) is None:
            self._filled.clear()
            await self._filled.wait()
        return received
