"""What waits to be sent to the broker, and the states that every new connection gets again."""

import asyncio
import math
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from shared.mailbox import Mailbox


class Outgoing(NamedTuple):
    """A message as it goes over the wire."""

    topic: str
    payload: bytes
    qos: int
    retain: bool


class Outbox:
    """Open while the broker is there: closed, it keeps states and refuses events."""

    def __init__(self) -> None:
        self._states: dict[str, Outgoing] = {}
        self._waiting: Mailbox[Outgoing] = Mailbox()
        self._filled = asyncio.Event()
        self._rested = asyncio.Event()
        self._resting: Any = None  # the client, while `send` has nothing to do
        self.is_open = False
        self.sent = 0
        self.dropped = 0

    def open(self) -> None:
        """Queue every state that is known."""
        self.is_open = True
        self.post_states()

    def close(self) -> None:
        """Throw away what waits: states come again with the next connection."""
        self.is_open = False
        self.dropped += self._waiting.clear()

    def keep(self, message: Outgoing) -> None:
        """Remember a retained message for each new connection.

        An empty one, which clears its topic, is remembered until a connection can take it.
        """
        if message.payload or not self.is_open:
            self._states[message.topic] = message
        else:
            self._states.pop(message.topic, None)

    def post(self, message: Outgoing) -> bool:
        """Send or queue a message; False (and counted) when it is lost."""
        if self._send_now(message):
            return True
        if self.is_open and message.retain:
            self._waiting.put_state(message.topic, message)
        elif not self.is_open or not self._waiting.put_event(message):
            self.dropped += not message.retain
            return False
        self._filled.set()
        return True

    def _send_now(self, message: Outgoing) -> bool:
        """Send what needs no answer past the queue, when nothing stands in it before this one."""
        if message.qos or self._resting is None or self._filled.is_set():
            return False
        sent: bool = self._resting.send_now(message.topic, message.payload, retain=message.retain)
        self.sent += sent
        return sent

    def post_states(self) -> None:
        """Queue every state again: Home Assistant or the broker has forgotten them."""
        for message in list(self._states.values()):
            if self.post(message) and not message.payload:
                del self._states[message.topic]

    def wake(self) -> None:
        """Make `send` look round although nothing was posted."""
        self._filled.set()

    async def drain(self) -> None:
        """Wait until all that waits is sent, and acknowledged where it asks for that."""
        while self._resting is None or self._filled.is_set():
            self._rested.clear()
            await self._rested.wait()

    async def send(self, client: Any, before: Callable[[Any], Awaitable[None]]) -> None:  # noqa: ANN401
        """Send what is posted, until the connection ends; first `before`, each time it wakes."""
        while True:
            await before(client)
            while (message := self._waiting.take()) is not None:
                # QoS 0 is not acknowledged, and waiting with a timeout costs more than sending
                timeout = None if message.qos else math.inf
                await client.publish(
                    message.topic,
                    message.payload,
                    qos=message.qos,
                    retain=message.retain,
                    timeout=timeout,
                )
                self.sent += 1
            self._resting = client
            self._rested.set()
            try:
                await self._filled.wait()
            finally:
                self._resting = None
            self._filled.clear()
