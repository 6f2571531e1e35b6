"""One HTTP client: its requests are answered in their order, and its time is limited.

The only module that knows httptools.
"""
# ruff: noqa: D102 - asyncio and httptools say what they call and when

import asyncio
import logging
import math
import socket
import time
from collections import deque
from functools import partial
from typing import Any

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser

from shared.hang_up import hang_up
from shared.http.api import Api
from shared.http.body import send_pieces
from shared.http.message import Request, Response

log = logging.getLogger("http")

_PATIENCE_SECONDS = 10.0
"""For a client to send a request, and to take an answer and send the next one."""
_MOST_REQUEST_BYTES = 32768
_PIECE_BYTES = 4096
"""What is parsed at a time: no more requests than fit in it wait for their answers."""
_EXPECTS = (b"expect", b"100-continue")


class Connection(asyncio.Protocol):
    """A client; one that is slow, or says too much, is cut off.

    A request is read when all before it are answered and the client has taken the answers. One
    that is at hand is written at once: with a task each request would take twice the time.
    """

    _transport: asyncio.Transport
    _timer: asyncio.TimerHandle

    def __init__(self, api: Api, others: set["Connection"]) -> None:
        self._api, self._others = api, others
        self._loop = asyncio.get_running_loop()
        self._parser = HttpRequestParser(self)
        self._target, self._headers = b"", list[tuple[bytes, bytes]]()
        self._unread = b""
        self._size = 0  # of the request that is being read, give or take a piece
        self._waiting: deque[Request | Response] = deque()
        self._task: asyncio.Task[Any] | None = None
        self._is_full = False  # the client does not take what is written
        self._room = asyncio.Event()
        self._is_last = False  # nothing more is read
        self._has_ended = False  # the client has said that it sends nothing more
        self._due = self._loop.time() + _PATIENCE_SECONDS

    def leave(self) -> None:
        """End it at once, whatever it waits for."""
        self._transport.abort()

    # --- what asyncio tells ---
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport
        self._peer = (transport.get_extra_info("peername") or ("",))[0]
        # asyncio leaves it out for sockets of `create_server`, and each answer would take 40 ms
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._others.add(self)
        self._watch()
        if len(self._others) > 2 * self._api.most_connections:  # too many even to be told so
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self._others.discard(self)
        self._timer.cancel()
        self._is_last = True
        self._waiting.clear()
        if self._task is not None:
            self._task.cancel()

    def data_received(self, data: bytes) -> None:
        if not self._is_last:
            self._unread += data
            self._go_on()

    def eof_received(self) -> bool:
        """Tell whether there is still something to answer."""
        self._is_last = self._has_ended = True
        return self._task is not None or bool(self._waiting)

    def pause_writing(self) -> None:
        self._is_full = True
        self._room.clear()

    def resume_writing(self) -> None:
        self._is_full = False
        self._room.set()
        self._be_patient()
        self._loop.call_soon(self._go_on)  # asyncio stumbles over an error in here

    # --- what the parser tells: only taken down, since it hides errors ---
    def on_message_begin(self) -> None:
        self._target, self._headers = b"", []

    def on_url(self, url: bytes) -> None:
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        if _EXPECTS in self._headers:  # of no use here: no body is needed for the answer
            self._ask(is_last=True)

    def on_message_complete(self) -> None:
        self._size = 0
        parser = self._parser
        goes_on = parser.should_keep_alive() and parser.get_http_version() == "1.1"
        # What follows an Upgrade may be of any protocol
        self._ask(is_last=not goes_on or parser.should_upgrade())

    def _ask(self, *, is_last: bool) -> None:
        if not self._is_last:
            self._is_last = is_last
            method = self._parser.get_method().decode()
            self._waiting.append(Request(method, self._target, self._headers, self._peer))

    # --- from request to answer ---
    def _go_on(self) -> None:
        """Answer and read, until something must be waited for."""
        while self._task is None and not (self._is_full or self._transport.is_closing()):
            if self._waiting:
                self._answer(self._waiting.popleft())
            elif self._unread and not self._is_last:
                self._parse()
            else:
                self._transport.resume_reading()
                return
        if self._unread:
            self._transport.pause_reading()

    def _parse(self) -> None:
        piece, self._unread = self._unread[:_PIECE_BYTES], self._unread[_PIECE_BYTES:]
        self._size += len(piece)
        try:
            self._parser.feed_data(piece)
        except HttpParserUpgrade as upgrade:
            self._unread = piece[upgrade.args[0] :] + self._unread
        except HttpParserError:
            self._refuse("This is no HTTP request.")
        if self._size > _MOST_REQUEST_BYTES:
            self._refuse("The request is too large.")

    def _refuse(self, text: str) -> None:
        """Let this be the last answer, after those that come first."""
        if not self._is_last:
            self._is_last = True
            self._waiting.append(self._api.refusal(400, text))

    def _answer(self, asked: Request | Response) -> None:
        if isinstance(asked, Response):
            self._send(asked)
            return
        is_head = asked.method == "HEAD"
        if len(self._others) > self._api.most_connections:
            self._is_last = True
            self._waiting.clear()
            self._send(self._api.refusal(503, "There are too many connections."), is_head=is_head)
        elif not self._is_last and (kept := self._api.kept(asked)) is not None:
            self._be_patient()
            self._transport.write(self._api.heads.start(time.time()) + kept)
        elif self._is_last and (make := self._api.upgrade(asked)) is not None:
            self._hand_over(make())
        else:
            self._due = math.inf
            self._task = self._loop.create_task(self._api.answer(asked), name="answer HTTP")
            self._task.add_done_callback(partial(self._answered, is_head=is_head))

    def _answered(self, task: asyncio.Task[Response], *, is_head: bool) -> None:
        self._task = None
        if task.cancelled():
            return
        if error := task.exception():
            log.critical("a request met an error in the program", exc_info=error)
            text = "There is a fault in the program; its log tells more."
        self._send(self._api.refusal(500, text) if error else task.result(), is_head=is_head)
        self._go_on()

    def _hand_over(self, protocol: asyncio.Protocol) -> None:
        """Let another protocol have the connection, with what the client has already said in it."""
        self._timer.cancel()
        self._others.discard(self)
        unread, self._unread, self._is_full = self._unread, b"", True  # it reads no more
        self._transport.resume_reading()
        self._transport.set_protocol(protocol)
        protocol.connection_made(self._transport)
        if unread:
            protocol.data_received(unread)

    def _send(self, response: Response, *, is_head: bool = False) -> None:
        is_last = self._is_last and not self._waiting
        body = response.body
        encoded = self._api.heads.encoded(response, time.time(), is_last=is_last, is_head=is_head)
        self._be_patient()
        self._transport.write(encoded)
        if not isinstance(body, bytes) and (is_head or self._transport.is_closing()):
            body.close()
            body = b""
        if isinstance(body, bytes):
            self._end(is_last=is_last)
        else:
            self._task = self._loop.create_task(
                send_pieces(body, self._write_piece), name="send a file"
            )
            self._task.add_done_callback(partial(self._streamed, is_last=is_last))

    async def _write_piece(self, piece: bytes) -> None:
        self._be_patient()
        self._transport.write(piece)
        if self._is_full:
            await self._room.wait()

    def _streamed(self, task: asyncio.Task[bool], *, is_last: bool) -> None:
        self._task = None
        if task.cancelled():
            return
        if not task.result():  # the client waits for bytes that do not come
            self._transport.abort()
        self._end(is_last=is_last)
        self._go_on()

    def _end(self, *, is_last: bool) -> None:
        if is_last and self._has_ended:
            self._transport.close()
        elif is_last:
            # Closed at once, the answer would be lost for a client that is still sending
            hang_up(self._transport)

    # --- its time ---
    def _be_patient(self) -> None:
        self._due = self._loop.time() + _PATIENCE_SECONDS

    def _watch(self) -> None:
        """Look once in a while: a timer for each request would cost more than its answer."""
        now = self._loop.time()
        if now >= self._due:
            self._transport.abort()  # close() would wait for a client that does not read
        else:
            self._timer = self._loop.call_at(min(self._due, now + _PATIENCE_SECONDS), self._watch)
