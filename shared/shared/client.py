"""One connection to the broker; the only module that knows aiomqtt.

What is published is written to the socket at once, in the same turn of the loop. aiomqtt would
have the loop wait until the socket takes it, which it nearly always does: three turns more, and
a service that wakes each 2 s pays for every turn with cold caches (see docs/adr/0011).
"""

import asyncio
import logging
import socket
import ssl
from collections.abc import Coroutine
from typing import Any, TypeVar

import aiomqtt

from shared.settings import Settings

P = TypeVar("P")

_KEEPALIVE_SECONDS = 30
_ANSWER_SECONDS = 10.0  # how long the broker may take to acknowledge
_PROTOCOLS = {"5": aiomqtt.ProtocolVersion.V5, "3.1.1": aiomqtt.ProtocolVersion.V311}

BrokerError = aiomqtt.MqttError
"""The broker is away, does not answer in time, or refuses; `rc` is its code, where it told one."""


class Client(aiomqtt.Client):
    """Also heeds a cancellation that meets the broker's answer; Python 3.11's `wait_for` loses it.

    What the socket does not take waits in paho until it does.
    """

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
