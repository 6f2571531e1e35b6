"""Everything that a service wants to receive, and what one connection does to get it."""

from collections.abc import Callable
from typing import Any

from shared.complaints import Complaints
from shared.errors import PayloadError
from shared.subscription import Subscription


class Inbox:
    """The subscriptions of a service; they outlive each connection."""

    def __init__(self, complaints: Complaints) -> None:
        self._complaints = complaints
        self._subscriptions: list[Subscription[Any]] = []
        self._asked = 0
        self.also: Callable[[str, bytes], None] | None = None
        self.received = 0
        self.dropped = 0

    def add(self, subscription: Subscription[Any]) -> None:
        """Receive for it too, from the next `ask` on."""
        self._subscriptions.append(subscription)

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

        A payload that does not fit its topic is dropped, and said once for each topic.
        """
        async for message in client.messages:
            name, raw = str(message.topic), bytes(message.payload or b"")
            self.received += 1
            if self.also is not None:
                self.also(name, raw)
            for subscription in self._subscriptions:
                try:
                    kept = subscription.offer(name, raw, retained=message.retain)
                except PayloadError as error:
                    kept = False
                    self._complaints.say(f"topic {name}", f"payload ignored: {error}")
                self.dropped += not kept
