"""Everything that a service wants to receive, and what one connection does to get it."""

from collections.abc import Callable
from typing import Any

from shared.complaints import Complaints
from shared.errors import PayloadError
from shared.subscription import Subscription

_MOST_WAYS = 1000  # topics of which it is remembered who wants them


class Inbox:
    """The subscriptions of a service; they outlive each connection."""

    def __init__(self, complaints: Complaints) -> None:
        self._complaints = complaints
        self._subscriptions: list[Subscription[Any]] = []
        self._ways: dict[str, list[tuple[Subscription[Any], dict[str, str]]]] = {}
        self._asked = 0
        self.also: Callable[[str, bytes], None] | None = None
        self.received = 0
        self.dropped = 0

    def add(self, subscription: Subscription[Any]) -> None:
        """Receive for it too, from the next `ask` on."""
        self._subscriptions.append(subscription)
        self._ways.clear()

    def forget_asked(self) -> None:
        """Ask for everything again: the connection is a new one."""
        self._asked = 0

    async def ask(self, client: Any) -> None:  # noqa: ANN401
        """Ask the broker for the filters that it was not asked for yet."""
        wanted = self._subscriptions[self._asked :]
        self._asked += len(wanted)
        if wanted:
            await client.subscribe([(each.filter, each.topic.qos) for each in wanted])

    async def receive(self, client: Any) -> None:  # noqa: ANN401
        """Hand each message to those who asked for it, and to `also`, until the connection ends.

        That is done in the turn of the loop that reads it, and nothing waits in between.
        A payload that does not fit its topic is dropped, and said once for each topic.
        """
        await client.receive(self._take)

    def _take(self, name: str, raw: bytes, retained: bool) -> None:
        self.received += 1
        if self.also is not None:
            self.also(name, raw)
        ways = self._ways.get(name)
        for subscription, levels in self._find(name) if ways is None else ways:
            try:
                kept = subscription.take(name, levels, raw, retained=retained)
            except PayloadError as error:
                kept = False
                self._complaints.say(f"topic {name}", f"payload ignored: {error}")
            self.dropped += not kept

    def _find(self, name: str) -> list[tuple[Subscription[Any], dict[str, str]]]:
        """Return who wants a topic, and its levels; remembered, since most come again and again."""
        found = [(each, each.levels(name)) for each in self._subscriptions]
        ways = [(each, levels) for each, levels in found if levels is not None]
        if len(self._ways) >= _MOST_WAYS:
            self._ways.clear()
        self._ways[name] = ways
        return ways
