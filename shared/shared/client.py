"""One connection to the broker; the only module that knows aiomqtt.

What is published is written to the socket at once, in the same turn of the loop. aiomqtt would
have the loop wait until the socket takes it, which it nearly always does: three turns more, and
a service that wakes each 2 s pays for every turn with cold caches (see docs/adr/0011).
What comes is handed over in the turn that reads it, not through aiomqtt's queue (docs/adr/0017).
"""

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import aiomqtt
from aiomqtt.exceptions import MqttConnectError

from shared.intake import Handler, Intake
from shared.settings import Settings

P = TypeVar("P")

_KEEPALIVE_SECONDS = 30
_ANSWER_SECONDS = 10.0  # how long the broker may take to acknowledge
_PROTOCOLS = {"5": aiomqtt.ProtocolVersion.V5, "3.1.1": aiomqtt.ProtocolVersion.V311}
_REFUSED = {4, 5, 134, 135}  # bad user name or password, not authorised; in 3.1.1 and 5

BrokerError = aiomqtt.MqttError
"""The broker is away, does not answer in time, or refuses; `rc` is its code, where it told one."""


def is_refusal(error: BaseException) -> bool:
    """Tell whether the broker does not let us in; paho's own errors have the same codes."""
    if not isinstance(error, MqttConnectError):
        return False
    code: object = error.rc
    return getattr(code, "value", code) in _REFUSED


class Client(aiomqtt.Client):
    """Also heeds a cancellation that meets the broker's answer; Python 3.11's `wait_for` loses it.

    What the socket does not take waits in paho until it does.
    """

    def __init__(self, *args: Any, protocol: aiomqtt.ProtocolVersion, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, protocol=protocol, **options)
        has_properties = protocol is aiomqtt.ProtocolVersion.V5
        self._intake = Intake(self._client, has_properties=has_properties)
        self._client.loop_read = self._read  # type: ignore[method-assign]

    async def receive(self, handle: Handler, pause: Callable[[], None] = lambda: None) -> None:
        """Hand over all that comes, until the connection ends: BrokerError.

        `pause` is called after what has come together.
        What `handle` raises is raised here too, and nothing is read any more.
        """
        self._intake.handle, self._intake.pause = handle, pause
        await asyncio.wait([self._disconnected])
        error = self._disconnected.exception()
        if error is None or isinstance(error, BrokerError):
            raise BrokerError("the connection was lost")
        self._client._sock_close()  # noqa: SLF001 - without a goodbye: the will is to be sent
        raise error

    def _read(self, max_packets: int = 1) -> Any:  # noqa: ANN401, ARG002 - as paho has it
        """Read for aiomqtt, which takes what is raised here for the connection's end."""
        return 0 if self._disconnected.done() else self._intake.read()

    async def publish(self, *args: Any, **options: Any) -> None:  # noqa: ANN401
        """Publish, and wait until it is sent or, with QoS 1, acknowledged; else BrokerError."""
        await _heeding(super().publish(*args, **options))

    async def subscribe(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401
        """Subscribe, and wait until the broker acknowledges it; else BrokerError."""
        return await _heeding(super().subscribe(*args, **options))

    def send_now(self, topic: str, payload: bytes, *, retain: bool) -> bool:
        """Send a message of QoS 0; False, and nothing done, when the socket is full or closed."""
        paho = self._client
        if paho.want_write():
            return False
        # Nobody waits to be told; the two objects to tell it with cost as much as the sending
        paho.on_publish = None
        try:
            return paho.publish(topic, payload, 0, retain).rc == 0
        finally:
            paho.on_publish = self._on_publish

    async def _misc_loop(self) -> None:
        """Look after the keepalive; aiomqtt would wake the machine each second for it."""
        while self._client.loop_misc() == 0:  # noqa: ASYNC110
            await asyncio.sleep(_KEEPALIVE_SECONDS / 3)

    def _on_socket_register_write(self, client: Any, userdata: Any, sock: Any) -> None:  # noqa: ANN401
        """Write what paho has queued; wait for the socket only when it does not take it all."""
        if self._connected.done():  # before that this runs in the thread that connects
            client.loop_write()
            if not client.want_write() or client.socket() is None:
                return
        super()._on_socket_register_write(client, userdata, sock)


async def _heeding(answer: Coroutine[Any, Any, P]) -> P:
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - a coroutine is run by a task
    before = task.cancelling()
    result = await answer
    if task.cancelling() > before:
        raise asyncio.CancelledError
    return result


def options(
    settings: Settings, identifier: str, logger: logging.Logger, offline: str
) -> dict[str, Any]:
    """Return what `Client` takes; `offline` is the topic on which the will says so."""
    tls = None
    if settings.mqtt_tls:
        tls = ssl.create_default_context(cafile=settings.mqtt_ca_file or None)
    return {
        "hostname": settings.mqtt_host,
        "port": settings.mqtt_port,
        "username": settings.mqtt_username or None,
        "password": settings.mqtt_password or None,
        "identifier": identifier,
        "protocol": _PROTOCOLS[settings.mqtt_protocol],
        "will": aiomqtt.Will(offline, b"offline", 1, True),
        "keepalive": _KEEPALIVE_SECONDS,
        "timeout": _ANSWER_SECONDS,
        "tls_context": tls,
        # Else a message that follows an acknowledgement waits 40 ms for the broker's own
        "socket_options": [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
        "logger": logger,
    }
