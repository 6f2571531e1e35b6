"""Serves the HTTP API on its port; the only module that knows uvicorn.

Its protocol serves in the loop of the service: uvicorn's own server would take the signals, wake
up ten times a second, and end the process when the port is taken. Alarms ring without this port.
"""

import asyncio
import logging
import socket

from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from media.http.app import App
from shared.complaints import Complaints

_log = logging.getLogger("media")

_BACKLOG = 1024
_MOST_CONNECTIONS = 1024
_IDLE_SECONDS = 15
_REQUEST_SECONDS = 10.0
"""For a client to send a request, and to take what is left of an answer."""
_MOST_HEAD_BYTES = 96_000
_MOST_REQUEST_BYTES = 6_000_000
"""Of all of a request; what is too much of a body is refused by who reads it, in pieces."""
_AGAIN_SECONDS = 10.0


async def serve_http(app: App, host: str, port: int, ready: asyncio.Event | None = None) -> None:
    """Serve until cancelled; while the port cannot be had, say so once and try again.

    Nobody is answered before it is `ready`: a display would be told to come back later.
    """
    if ready is not None:
        await ready.wait()
    complaints = Complaints(_log)
    subject = f"port {port} of {host}"
    # It warns of each port scan; only faults of our own are worth a line
    logging.getLogger("uvicorn.error").addFilter(lambda record: bool(record.exc_info))
    while True:
        try:
            listening = socket.create_server((host, port), backlog=_BACKLOG)
        except OSError as error:
            complaints.say(
                subject,
                f"cannot be opened ({error.strerror}), so displays get no answer; "
                "end the program that has it, or set MEDIA_HTTP_PORT",
            )
            await asyncio.sleep(_AGAIN_SECONDS)
            continue
        complaints.settle(subject)
        await _serve(app, listening)


async def _serve(app: App, listening: socket.socket) -> None:
    config = Config(
        app,
        interface="asgi3",
        http=_Connection,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,  # else anybody on this host could take another's address
        server_header=False,
        timeout_keep_alive=_IDLE_SECONDS,
        limit_concurrency=_MOST_CONNECTIONS,
    )
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(config, state, {}), sock=listening)
    _log.info("HTTP API on port %s", listening.getsockname()[1])
    try:
        await asyncio.Event().wait()
    finally:
        server.close()
        for connection in list(state.connections):
            connection.transport.close()


class _Connection(HttpToolsProtocol):
    """A client; one that is slow, or says too much, is cut off."""

    _received = 0
    _in_body = False
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        # asyncio leaves it out for sockets of `create_server`, and each answer would take 40 ms
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._await_request()

    def connection_lost(self, exc: Exception | None) -> None:
        self._settle()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._received += len(data)
        if self._received > _MOST_REQUEST_BYTES:
            self.send_400_response("Request is too large.")
            return
        if self._deadline is None:
            self._await_request()
        super().data_received(data)
        if not self._in_body and self._received > _MOST_HEAD_BYTES:
            self.send_400_response("Request is too large.")

    def on_headers_complete(self) -> None:
        self._in_body = True
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._received, self._in_body = 0, False
        self._settle()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():
            self._await_request()

    def timeout_keep_alive_handler(self) -> None:
        self.transport.abort()  # close() would wait for a client that does not read

    def _await_request(self) -> None:
        self._settle()
        self._deadline = self.loop.call_later(_REQUEST_SECONDS, self.transport.abort)

    def _settle(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
