"""A broker in memory that passes the same contract test as the real one.

For unit tests of a service: `Mqtt(settings, "stats", connect=broker.client)`.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import aiomqtt


@dataclass(frozen=True)
class FakeMessage:
    """As aiomqtt hands it over."""

    topic: str
    payload: bytes
    qos: int
    retain: bool


class FakeBroker:
    """Keeps retained messages and passes live ones to every client that asked for them."""

    def __init__(self) -> None:
        self.retained: dict[str, FakeMessage] = {}
        self.clients: list[FakeClient] = []
        self.is_up = True

    def client(self, **options: Any) -> "FakeClient":  # noqa: ANN401
        """Return the client of one connection; takes what aiomqtt's takes."""
        return FakeClient(self, options)

    def route(self, message: FakeMessage) -> None:
        """Pass a message on; an empty retained one clears its topic."""
        if message.retain and message.payload:
            self.retained[message.topic] = message
        elif message.retain:
            self.retained.pop(message.topic, None)
        live = FakeMessage(message.topic, message.payload, message.qos, retain=False)
        for client in self.clients:
            client.offer(live)

    def stop(self) -> None:
        """Go away: connections break, wills are sent."""
        self.is_up = False
        for client in list(self.clients):
            client.cut()

    def start(self) -> None:
        """Come back, with the retained messages."""
        self.is_up = True


class FakeClient:
    """One connection: what `Mqtt` uses of aiomqtt's client."""

    def __init__(self, broker: FakeBroker, options: dict[str, Any]) -> None:
        self._broker = broker
        self._options = options
        self._filters: list[str] = []
        self._queue: asyncio.Queue[FakeMessage | None] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        if not self._broker.is_up:
            raise aiomqtt.MqttError("[Errno 111] Connection refused")
        self._broker.clients.append(self)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self in self._broker.clients:
            self._broker.clients.remove(self)

    def cut(self) -> None:
        """Break without a goodbye."""
        self._broker.clients.remove(self)
        will = self._options["will"]
        self._broker.route(FakeMessage(will.topic, will.payload, will.qos, will.retain))
        self._queue.put_nowait(None)

    def offer(self, message: FakeMessage) -> None:
        """Take a message if a filter asks for it."""
        if any(aiomqtt.Topic(message.topic).matches(each) for each in self._filters):
            self._queue.put_nowait(message)

    async def publish(
        self, topic: str, payload: bytes, *, qos: int, retain: bool, **_: float | None
    ) -> None:
        """Hand a message to the broker."""
        if self not in self._broker.clients:
            raise aiomqtt.MqttError("not connected")
        self._broker.route(FakeMessage(topic, payload, qos, retain))

    def send_now(self, topic: str, payload: bytes, *, retain: bool) -> bool:
        """Hand a message of QoS 0 to the broker."""
        if self not in self._broker.clients:
            return False
        self._broker.route(FakeMessage(topic, payload, 0, retain))
        return True

    async def subscribe(self, filters: str | list[tuple[str, int]], **_: int) -> None:
        """Ask for messages; retained ones come at once."""
        wanted = [filters] if isinstance(filters, str) else [each for each, _ in filters]
        self._filters += wanted
        for message in list(self._broker.retained.values()):
            if any(aiomqtt.Topic(message.topic).matches(each) for each in wanted):
                self._queue.put_nowait(message)

    async def unsubscribe(self, topic_filter: str) -> None:
        """Ask for them no more."""
        self._filters.remove(topic_filter)

    async def receive(self, handle: Callable[[str, bytes, bool], None]) -> None:
        """Hand over what comes in, until the connection breaks."""
        while (message := await self._queue.get()) is not None:
            handle(message.topic, message.payload, message.retain)
        raise aiomqtt.MqttError("the connection was lost")
