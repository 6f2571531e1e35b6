"""A plain client of a broker, for what a test says and sees as some user."""

import queue
import threading
from typing import Any, Protocol, Self

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.subscribeoptions import SubscribeOptions

from shared.testing.waiting import TIMEOUT_SECONDS

TESTER = "tester"
"""A user that exists in tests only: reads and writes everything."""


class Address(Protocol):
    """What a client needs to know of a broker."""

    @property
    def host(self) -> str:
        """Its address."""

    @property
    def port(self) -> int:
        """Its port."""

    def password(self, user: str) -> str:
        """Return the password of one of its users."""


class Client:
    """A plain paho client, for what a test says and sees as some user.

    `with Client(broker) as client:` is connected as the tester. Everything blocks until it is
    done, or fails after TIMEOUT_SECONDS; an async test calls it by `asyncio.to_thread`.
    `user` None is nobody; `password` is the user's own unless it is given.
    """

    def __init__(
        self,
        broker: Address,
        user: str | None = TESTER,
        *,
        password: str | None = None,
        protocol: MQTTProtocolVersion = MQTTProtocolVersion.MQTTv5,
    ) -> None:
        self._broker = broker
        self.paho = paho.Client(
            CallbackAPIVersion.VERSION2, protocol=protocol, reconnect_on_failure=False
        )
        if user is not None:
            self.paho.username_pw_set(user, broker.password(user) if password is None else password)
        # paho closes its last sockets when it is freed, so nothing of it may point back to us
        self.disconnected = disconnected = threading.Event()
        self._connected = connected = queue.SimpleQueue[Any]()
        self._subscribed = subscribed = queue.SimpleQueue[int]()
        self._messages = messages = queue.SimpleQueue[paho.MQTTMessage]()
        self.paho.on_connect = lambda *told: connected.put(told[3])
        self.paho.on_subscribe = lambda *told: subscribed.put(told[2])
        self.paho.on_message = lambda *told: messages.put(told[2])
        self.paho.on_disconnect = lambda *_: disconnected.set()

    def __enter__(self) -> Self:
        """Connect; PermissionError when the broker refuses."""
        self.paho.connect(self._broker.host, self._broker.port)
        self.paho.loop_start()
        reason = self._connected.get(timeout=TIMEOUT_SECONDS)
        if reason.is_failure:
            self.paho.loop_stop()
            raise PermissionError(str(reason))
        return self

    def __exit__(self, *_: object) -> None:
        self.paho.disconnect()
        self.paho.loop_stop()

    def subscribe(self, *filters: str, qos: int = 1) -> None:
        """Subscribe to all `filters` and wait until the broker has noted it."""
        how: Any = SubscribeOptions(qos) if self.paho.protocol == paho.MQTTv5 else qos
        self.paho.subscribe([(name, how) for name in filters])
        self._subscribed.get(timeout=TIMEOUT_SECONDS)

    def publish(
        self, topic: str, payload: bytes | str = b"", *, qos: int = 1, retain: bool = False
    ) -> None:
        """Publish, and wait until the broker has it where `qos` is 1."""
        self.paho.publish(topic, payload, qos, retain).wait_for_publish(TIMEOUT_SECONDS)

    def receive(self, seconds: float = TIMEOUT_SECONDS) -> paho.MQTTMessage:
        """Return the next message; queue.Empty when none comes within `seconds`."""
        return self._messages.get(timeout=seconds)

    def drain(self) -> list[paho.MQTTMessage]:
        """Return all messages that the broker sent up to now.

        It sends in order, so what came before its answer to one more subscription is all.
        """
        self.subscribe("drain/nothing/is/here", qos=0)
        return [self._messages.get_nowait() for _ in range(self._messages.qsize())]
