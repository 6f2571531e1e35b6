"""What a service has of the broker: one connection at a time, made again when it breaks.

`Mqtt` is there at once and stays for the life of the service, with or without a broker.
On every connect: subscribe, say `online`, send every retained state again, announce to Home
Assistant. While the broker is away states are kept (the newest of each topic) and events are
dropped: a press that is replayed an hour later is worse than none.
"""

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable, Iterator
from typing import Any, Self, TypeVar

from shared import topics
from shared.announcement import Announcement
from shared.backoff import delays
from shared.client import BrokerError, Client, is_refusal, options
from shared.complaints import Complaints
from shared.discovery import Component
from shared.health import Tally, Warnings, report_health
from shared.inbox import Inbox
from shared.outbox import Outbox, Outgoing
from shared.payloads import Health
from shared.settings import Settings
from shared.subscription import Received, Subscription
from shared.topic import Topic

P = TypeVar("P")

_FIRST_DELAY_SECONDS = 0.2
_MOST_DELAY_SECONDS = 2.0  # a broker that returns is noticed at once, for a packet each 2 s
_MOST_REFUSED_DELAY_SECONDS = 30.0  # a wrong password does not mend itself, and fills its log
_LAST_WORDS_SECONDS = 0.2  # for what still waits to be sent at the end
_GOODBYE_SECONDS = 0.3
_MOST_TOPIC_BYTES = 65535


def _fresh_delays() -> tuple[Iterator[float], Iterator[float]]:
    """Return the delays while the broker is absent, and those while it refuses us."""
    return (
        delays(_FIRST_DELAY_SECONDS, _MOST_DELAY_SECONDS, random.random),
        delays(_FIRST_DELAY_SECONDS, _MOST_REFUSED_DELAY_SECONDS, random.random),
    )


class Mqtt:
    """An async context manager; `publish` and `subscribe` may be called at any time.

    What a handler raises ends the one that has entered it, as an error of its own task would.
    `connect` makes the client of one connection; tests pass that of a broker in memory.
    """

    def __init__(
        self, settings: Settings, service: str, *, connect: Callable[..., Any] = Client
    ) -> None:
        self._settings = settings
        self._service = service
        self._connect = connect
        self._log = logging.getLogger(service)
        self._complaints = Complaints(self._log)
        self._broker = f"broker {settings.mqtt_host}:{settings.mqtt_port}"
        own = service + settings.service_suffix
        self._own = {"root": settings.mqtt_root, "node": settings.mantel_node, "service": own}
        self._client: Any = None
        self._outbox = Outbox()
        self._inbox = Inbox(self._complaints)
        self._announcement: Announcement | None = None
        if settings.ha_discovery_prefix:
            self._births = self.subscribe(topics.BIRTH)
            self._announcement = Announcement(
                self.name(topics.DISCOVERY), self.name(topics.AVAILABILITY), **self._own
            )
            self._inbox.also = self._announcement.offer
        self._tally = Tally()
        self.also_dropped: Callable[[], int] = lambda: 0  # by queues of the service's own

    def health(self) -> Health:
        """Return how this service does."""
        return self._tally.health(
            published=self._outbox.sent,
            received=self._inbox.received,
            dropped=self._inbox.dropped + self._outbox.dropped + self.also_dropped(),
        )

    @property
    def connected(self) -> bool:
        """Whether the broker is there now."""
        return self._outbox.is_open

    @property
    def connects(self) -> int:
        """How often the broker was reached, this time included."""
        return self._tally.connects

    def publish(self, topic: Topic[P], payload: P, **levels: str) -> bool:
        """Hand over a message; levels default to this node and service.

        A state is kept, and sent again on each connect. An event is sent now or never:
        False means that it is lost: the broker is away, the queue full, the topic too long.
        """
        name = self.name(topic, **levels)
        if len(name.encode()) > _MOST_TOPIC_BYTES:
            return False  # the answer to a request whose own topic is as long
        message = Outgoing(name, topic.encode(payload), topic.qos, topic.retain)
        if topic.retain:
            self._outbox.keep(message)
        return self._outbox.post(message)

    def clear(self, topic: Topic[Any], **levels: str) -> None:
        """Remove a retained state from the broker, and do not send it again."""
        message = Outgoing(self.name(topic, **levels), b"", topic.qos, retain=True)
        self._outbox.keep(message)
        self._outbox.post(message)

    def subscribe(
        self, topic: Topic[P], handler: Callable[[Received[P]], None] | None = None, **levels: str
    ) -> Subscription[P]:
        """Return the messages of a topic (or hand them over); a level not given matches all."""
        subscription = Subscription(topic, self._base(topic), levels, handler)
        self._inbox.add(subscription)
        self._outbox.wake()
        return subscription

    def listen(self, name: str, handler: Callable[[str, bytes], None]) -> None:
        """Hand over the payloads of one topic that is not of the table, by its whole name.

        It has at least one / and none of + # { }, which would be read as a template's.
        """
        base, _, template = name.partition("/")
        topic: Topic[bytes] = Topic(template, bytes, 0, True, (), (), "Of somebody else")
        self._inbox.add(
            Subscription(topic, base, {}, lambda message: handler(name, message.payload or b""))
        )
        self._outbox.wake()

    def announce(self, components: dict[str, Component], undecided: tuple[str, ...] = ()) -> None:
        """Make these the service's entities in Home Assistant; its others are removed.

        Those whose key begins like one of `undecided` stay as they were before.
        """
        if self._announcement is not None:
            self._announcement.replace(components, undecided)

    def say_again(self) -> None:
        """Publish every state once more: somebody has cleared it at the broker."""
        self._outbox.post_states()
        if self._announcement is not None:
            self._announcement.again()

    def name(self, topic: Topic[Any], **levels: str) -> str:
        """Return the concrete topic; levels default to this node and service."""
        return topic.name(self._base(topic), **(self._own | levels))

    def _base(self, topic: Topic[Any]) -> str:
        settings = self._settings
        return settings.ha_discovery_prefix if topic.base == "discovery" else settings.mqtt_root

    async def __aenter__(self) -> Self:
        self._warnings = Warnings(self._tally, lambda line: self.publish(topics.LOG, line))
        self._log.addHandler(self._warnings)
        self._owner = asyncio.current_task()
        self._task = asyncio.create_task(self._stay_connected(), name="broker connection")
        self._task.add_done_callback(self._end_owner)
        return self

    def _end_owner(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None and self._owner is not None:
            self._owner.cancel()

    async def __aexit__(self, *_exception: object) -> None:
        """Say what is left to say, and `offline`: the will is not sent after a clean goodbye."""
        self._log.removeHandler(self._warnings)
        if self._client is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LAST_WORDS_SECONDS):
                    await self._outbox.drain()
        if self._client is not None:
            with contextlib.suppress(BrokerError, TimeoutError):
                async with asyncio.timeout(_GOODBYE_SECONDS):
                    await self._say(self._client, "offline")
        self._task.remove_done_callback(self._end_owner)
        for _ in range(5):
            self._task.cancel()  # more than once: connecting can lose a cancellation, see Client
            ended, _ = await asyncio.wait([self._task], timeout=_GOODBYE_SECONDS / 5)
            if ended:
                break
        if self._task.done() and not self._task.cancelled() and (error := self._task.exception()):
            if self._owner is not None:
                self._owner.uncancel()
            raise error

    async def _stay_connected(self) -> None:
        absent, refused = _fresh_delays()
        while True:
            unwelcome = False
            try:
                async with self._connect(**self._options()) as client:
                    absent, refused = _fresh_delays()
                    await self._converse(client)
            except* (BrokerError, OSError) as group:
                error = group.exceptions[0]
                unwelcome = is_refusal(error)
                hint = "; check MQTT_USERNAME and MQTT_PASSWORD" if unwelcome else ""
                message = f"{error}{hint}; trying again"
                self._complaints.say(self._broker, message, first=not unwelcome)
            await asyncio.sleep(next(refused if unwelcome else absent))

    def _options(self) -> dict[str, Any]:
        return options(
            self._settings,
            "-".join(self._own.values()),
            logging.getLogger(f"mqtt.{self._service}"),
            self.name(topics.AVAILABILITY),
        )

    async def _converse(self, client: Any) -> None:  # noqa: ANN401
        """Do all that a connection is for, until it breaks."""
        self._tally.connects += 1
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._inbox.receive(client), name="receive")
                self._inbox.forget_asked()
                await self._inbox.ask(client)
                self._client = client  # from now on there is an `online` to take back
                # Open first: who is told `online` may ask before we are told that he was told
                self._outbox.open()
                await self._say(client, "online")
                if not self._complaints.settle(self._broker, "connected"):
                    self._log.info("%s: connected", self._broker)
                tasks.create_task(self._outbox.send(client, self._inbox.ask), name="send")
                tasks.create_task(report_health(self), name="report health")
                if self._announcement is not None:
                    tasks.create_task(self._announcement.keep(client), name="announce")
                    tasks.create_task(
                        self._announcement.follow_births(
                            self._births, lambda: self._say(client, "online"), self._outbox
                        ),
                        name="follow births",
                    )
        finally:
            self._client = None
            self._outbox.close()

    async def _say(self, client: Any, availability: str) -> None:  # noqa: ANN401
        await client.publish(
            self.name(topics.AVAILABILITY), availability.encode(), qos=1, retain=True
        )
