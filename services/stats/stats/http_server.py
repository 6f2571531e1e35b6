"""Serves the HTTP API on its port; the only module that knows uvicorn.

Its protocol serves in the loop of the service: its own server would take the signals, wake up ten
times a second and end the process when it fails.
"""

import asyncio
import logging
import socket
import time
from datetime import UTC, datetime
from email.utils import formatdate

from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from shared.errors import StartError
from stats.http_api import HttpApi
from stats.monitor import Monitor
from stats.settings import Settings

log = logging.getLogger("stats.http")

_BACKLOG = 128
_MOST_CONNECTIONS = 256
_IDLE_SECONDS = 15
_REQUEST_SECONDS = 10.0
"""For a client to send a request, and to take what is left of an answer."""
_MOST_REQUEST_BYTES = 32768


async def serve_http(monitor: Monitor, settings: Settings) -> None:
    """Serve until cancelled; StartError when the port cannot be had."""
    host, port = settings.pistat_host, settings.pistat_port
    try:
        listening = socket.create_server((host, port), backlog=_BACKLOG)
    except OSError as error:
        raise StartError(
            f"port {port} of {host} cannot be opened ({error.strerror}); "
            "end the program that has it, or set PISTAT_PORT"
        ) from None
    log.setLevel("DEBUG" if settings.pistat_debug else settings.pistat_log_level)
    # It warns of each port scan; only faults of our own are worth a line
    logging.getLogger("uvicorn.error").addFilter(lambda record: bool(record.exc_info))
    api = HttpApi(monitor, settings)
    config = Config(
        api,
        interface="asgi3",
        http=_Connection,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,  # else anybody on this host could take another's address
        timeout_keep_alive=_IDLE_SECONDS,
        limit_concurrency=_MOST_CONNECTIONS,
    )
    config.load()
    state = _State(api, settings.pistat_cache_seconds)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(config, state, {}), sock=listening)
    log.info("HTTP API on port %s", port)
    try:
        await asyncio.Event().wait()
    finally:
        server.close()
        for connection in list(state.connections):
            connection.transport.close()


class _State(ServerState):
    """What the connections share: gives every response its headers, uvicorn's own ones too."""

    def __init__(self, api: HttpApi, cache_seconds: int) -> None:
        self.api = api
        self._fixed = {
            b"x-content-type-options": b"nosniff",
            b"x-frame-options": b"DENY",
            b"x-xss-protection": b"1; mode=block",
            b"cache-control": b"public, max-age=%d" % cache_seconds,
            b"vary": b"Accept-Encoding",
        }
        self._start = b"HTTP/1.1 200 OK\r\n" + b"".join(
            b"%s: %s\r\n" % header for header in self._fixed.items()
        )
        self._date = (0, b"")
        super().__init__()

    def start(self) -> bytes:
        """Return the first lines of a good response, as they go over the wire."""
        return self._start + b"x-response-time: %s\r\ndate: %s\r\n" % self._times()

    def _times(self) -> tuple[bytes, bytes]:
        now = time.time()
        if int(now) != self._date[0]:
            self._date = int(now), formatdate(now, usegmt=True).encode()
        told = datetime.fromtimestamp(now, UTC).replace(tzinfo=None).isoformat()
        return told.encode(), self._date[1]

    @property
    def default_headers(self) -> list[tuple[bytes, bytes]]:
        """What uvicorn puts before the headers of a response."""
        told, date = self._times()
        return [*self._fixed.items(), (b"x-response-time", told), (b"date", date)]

    @default_headers.setter
    def default_headers(self, _: list[tuple[bytes, bytes]]) -> None:
        pass


class _Connection(HttpToolsProtocol):
    """A client; one that is slow, or says too much, is cut off.

    The answer of /stats that is kept is written at once and in one piece, past uvicorn: with a
    task, a cycle of events and two writes each request would take twice the time.
    """

    server_state: _State
    _is_answered = False
    _received = 0
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

    def on_headers_complete(self) -> None:
        kept = self._kept_answer()
        self._is_answered = kept is not None
        if kept is None:
            super().on_headers_complete()
        else:
            self.transport.write(self.server_state.start() + kept)

    def _kept_answer(self) -> bytes | None:
        """Return the rest of the response if this is the usual request and its turn."""
        parser = self.parser
        if (
            self.url != b"/stats"
            or parser.get_method() != b"GET"
            or parser.get_http_version() != "1.1"
            or not parser.should_keep_alive()
            or parser.should_upgrade()
            or (self.cycle is not None and not self.cycle.response_complete)
            or self.flow.write_paused
            or len(self.connections) >= _MOST_CONNECTIONS
        ):
            return None
        return self.server_state.api.kept(self.client[0] if self.client else "", self.headers)

    def on_message_complete(self) -> None:
        self._received = 0
        self._settle()
        if self._is_answered:
            self.on_response_complete()
        else:
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
