"""One connection of the command to the broker; the only module that knows paho.

Nothing runs behind the caller's back: the network is read while the caller waits for something,
so that a reader that is slow, or a pipe that is full, slows the broker and fills no queue.
"""

import ssl
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Self

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from shared.errors import MantelError
from shared.settings import Settings

ANSWER_SECONDS = 5.0
"""How long the broker, or a service behind it, may take to answer."""
MOST_BYTES = 1 << 20
"""What `mosquitto/mosquitto.conf` allows for a message, with its topic; a broker may tell another
limit on connect."""

_OVERHEAD_BYTES = 256  # topic and header of a message, generously
_KEEPALIVE_SECONDS = 60
_PROTOCOLS = {"5": MQTTProtocolVersion.MQTTv5, "3.1.1": MQTTProtocolVersion.MQTTv311}


class BrokerError(MantelError):
    """The broker cannot be reached, went away or does not answer."""


class RefusedError(BrokerError):
    """The broker is there and does not let this user in, or not do this."""


@dataclass(frozen=True)
class Message:
    """What the broker passed on; `retained` when it was there before it was asked for."""

    topic: str
    payload: bytes
    retained: bool


class Broker:
    """A context manager; everything blocks until it is done, or raises BrokerError."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._name = f"broker {settings.mqtt_host}:{settings.mqtt_port}"
        self._messages: deque[Message] = deque()
        self._answers: dict[int, ReasonCode | None] = {}
        self._connected: ReasonCode | None = None
        self.most_bytes = MOST_BYTES - _OVERHEAD_BYTES
        self._paho = client = paho.Client(
            CallbackAPIVersion.VERSION2,
            protocol=_PROTOCOLS[settings.mqtt_protocol],
            reconnect_on_failure=False,
        )
        client.connect_timeout = ANSWER_SECONDS
        if settings.mqtt_username:
            client.username_pw_set(settings.mqtt_username, settings.mqtt_password)
        if settings.mqtt_tls:
            client.tls_set_context(_trust(settings.mqtt_ca_file))
        client.on_connect = self._on_connect
        client.on_subscribe = lambda *told: self._answers.update({told[2]: told[3][0]})
        client.on_publish = lambda *told: self._answers.update({told[2]: told[3]})
        client.on_message = lambda *told: self._messages.append(
            Message(told[2].topic, bytes(told[2].payload), bool(told[2].retain))
        )

    def __enter__(self) -> Self:
        try:
            self._connect()
        except BrokerError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._paho.disconnect()
        # It closes the last of its sockets when it is freed, and its callbacks lead back to it
        del self._paho

    def _connect(self) -> None:
        try:
            self._paho.connect(
                self._settings.mqtt_host, self._settings.mqtt_port, _KEEPALIVE_SECONDS
            )
        except (OSError, ValueError) as error:
            raise BrokerError(
                f"{self._name}: {_reason(error)}: does it run? see `mantel doctor`"
            ) from None
        self._wait(lambda: self._connected is not None, "does not greet; is it a broker?")
        if self._connected is not None and self._connected.is_failure:
            user = self._settings.mqtt_username or "nobody (set MQTT_USERNAME and MQTT_PASSWORD)"
            raise RefusedError(
                f"{self._name} refuses {user}: {self._connected}; see `make credentials`"
            )

    def subscribe(self, *filters: str) -> None:
        """Ask for topics, and wait until the broker has noted it.

        With QoS 0: a broker may drop the rest of a long replay with QoS 1, and would let its
        answer to the next question overtake it.
        """
        for name in filters:
            _, number = self._paho.subscribe(name, 0)
            self._answered(number, f"subscribe to {name}")

    def retained(self, *filters: str) -> dict[str, bytes]:
        """Return what the broker keeps below `filters`, by topic; later changes are received."""
        self.subscribe(*filters)
        # It answers in order: what comes before the answer to one more question is all
        self.subscribe(f"{self._settings.mqtt_root}/-/nothing-is-here")
        kept: dict[str, bytes] = {}
        while self._messages:
            message = self._messages.popleft()
            kept[message.topic] = message.payload
        return {name: payload for name, payload in kept.items() if payload}

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Send a message with QoS 1, and wait until the broker has it."""
        number = self._paho.publish(topic, payload, 1, retain).mid
        self._answered(number, f"write {topic}")

    def receive(self, seconds: float | None) -> Message | None:
        """Return the next message, None when there is none within `seconds` (None: for ever)."""
        self._until(lambda: bool(self._messages), seconds)
        return self._messages.popleft() if self._messages else None

    def messages(self, seconds: float) -> Iterator[Message]:
        """Yield messages as they come, for `seconds` altogether."""
        deadline = time.monotonic() + seconds
        while (message := self.receive(max(deadline - time.monotonic(), 0))) is not None:
            yield message

    def _answered(self, number: int | None, wish: str) -> None:
        """Wait for the answer to a packet; RefusedError when it is no."""
        self._wait(lambda: number in self._answers, f"did not answer the wish to {wish}")
        answer = self._answers.pop(number) if number is not None else None
        if answer is not None and answer.is_failure:
            user = self._settings.mqtt_username
            raise RefusedError(f"{self._name} does not let {user} {wish}: {answer}")

    def _wait(self, done: Callable[[], bool], otherwise: str) -> None:
        if not self._until(done, ANSWER_SECONDS):
            raise BrokerError(f"{self._name} {otherwise} ({ANSWER_SECONDS:g} s)")

    def _until(self, done: Callable[[], bool], seconds: float | None) -> bool:
        """Read the network until `done()`; False when the time is over before."""
        deadline = None if seconds is None else time.monotonic() + seconds
        while not done():
            left = 1.0 if deadline is None else deadline - time.monotonic()
            if left <= 0:
                return False
            code = self._paho.loop(min(left, 1.0))
            # One that refuses says why before it hangs up
            if code != MQTTErrorCode.MQTT_ERR_SUCCESS and not done():
                raise BrokerError(f"{self._name} closed the connection ({paho.error_string(code)})")
        return True

    def _on_connect(
        self,
        _client: paho.Client,
        _data: object,
        _flags: object,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        self._connected = reason
        told: Any = getattr(properties, "MaximumPacketSize", None)
        if told:
            self.most_bytes = int(told) - _OVERHEAD_BYTES


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def _trust(file: str) -> ssl.SSLContext:
    """Return whom to trust: the authority in `file`, else those of this machine."""
    try:
        return ssl.create_default_context(cafile=file or None)
    except OSError as error:
        raise BrokerError(f"MQTT_CA_FILE={file}: cannot be read ({error})") from None
