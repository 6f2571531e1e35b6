"""A WebSocket connection: the library's core without its I/O.

The library's own connection costs a task and several queues for each of a thousand clients, and
writes past its own buffers. Nobody can make the others wait: what a client says is read in small
pieces, and who says much at once is read later. What microcontrollers can take decides the form:
no compression, each message one frame, pings without payload.
"""
# ruff: noqa: D102 - asyncio says what it calls and when

import asyncio
from collections.abc import Callable
from typing import Any

from websockets.datastructures import Headers
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import Event, State
from websockets.server import ServerProtocol

from shared.hang_up import hang_up
from ws_bridge.assembly import Assembly
from ws_bridge.host import Host, RefusalError
from ws_bridge.inbox import Inbox
from ws_bridge.port import QUIET

_GOODBYE_SECONDS = 1.0
_READ_ON_SECONDS = 5.0  # so long may who is behind take to read why it is sent away
_PING = b"\x89\x00"


class Line(asyncio.Protocol):
    """A connection, from its first byte.

    It is full from when it owes more than `most_owed_bytes` until it owes nothing. A message of
    more than `most_message_bytes` ends it, and so does silence of `first_seconds` at the
    beginning, unless the port sets the timer anew.
    """

    _transport: asyncio.Transport
    file: int  # the number of its socket

    def __init__(
        self, host: Host[Any], most_message_bytes: int, most_owed_bytes: int, first_seconds: float
    ) -> None:
        self._host = host
        self._most_owed_bytes = most_owed_bytes
        self._first_seconds = first_seconds
        self._protocol = ServerProtocol(max_size=most_message_bytes, logger=QUIET)
        self._loop = asyncio.get_running_loop()
        self._inbox = Inbox(self._protocol)
        self._assembly = Assembly()
        self._rests = 0  # reasons to read on later
        self._awaits_pong = False
        self._timer: asyncio.TimerHandle | None = None
        self._has_left = self._is_silent = False
        self.headers = Headers()
        self.address = ""
        self.is_open = False
        """Whether frames can be written."""
        self.owes = self.is_full = False
        self.gone: asyncio.Future[None] = self._loop.create_future()

    # --- what the port does ---

    def write(self, data: bytes, /) -> None:
        """Hand over frames without waiting; who has gone meanwhile gets none."""
        if self.is_open:
            self._write(data)

    def end(self, code: int, reason: str = "", last: bytes = b"") -> None:
        """Say goodbye, after a last frame, and end the connection."""
        if not self.is_open:
            return
        self._leave()
        self._transport.write(last)
        if self._protocol.state is State.OPEN:  # else its own goodbye waits behind what it said
            self._protocol.send_close(code, reason)
        self._flush()
        self._is_silent = True
        self.set_timer(_READ_ON_SECONDS if self.is_full else _GOODBYE_SECONDS, self.abort)

    def abort(self) -> None:
        """Cut the connection."""
        self._leave()
        self._transport.abort()

    def ping(self) -> None:
        """Send an empty ping, or cut the connection when the last was not answered."""
        if not self.is_open or self.is_full:  # it would wait behind what is not read
            return
        if not self._awaits_pong:
            self._awaits_pong = True
            self.write(_PING)
        elif not self._rests:  # else the pong may wait behind what it said before
            self.abort()

    def set_timer(self, seconds: float | None, then: Callable[[], None] | None = None) -> None:
        """Give the client so long to say what is waited for, or to hang up."""
        if self._timer is not None:
            self._timer.cancel()
        later = self._loop.call_later
        self._timer = None if seconds is None else later(seconds, then or self._run_out)

    # --- what asyncio tells ---

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport
        self.file = transport.get_extra_info("socket").fileno()
        transport.set_write_buffer_limits(0)  # then asyncio tells at once who owes anything
        self.address = (transport.get_extra_info("peername") or ("",))[0]
        self.set_timer(self._first_seconds)
        self._host.arrive(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self.set_timer(None)
        self._leave()
        self.gone.set_result(None)

    def pause_writing(self) -> None:
        self.owes = True

    def resume_writing(self) -> None:
        self.owes = False
        self._rest(self._loop.call_soon)  # asyncio stumbles over a close or an error in here

    def data_received(self, data: bytes) -> None:
        self._inbox.put(data)
        self._read()

    def eof_received(self) -> bool:
        self._inbox.put_eof()
        self._read()
        return not self._has_left  # then what was said before is heard yet

    # --- inside ---

    def _read(self) -> None:
        """Go through what was said, piece by piece, until there is something to wait for."""
        while True:
            while not self._rests and not self.is_full and (event := self._inbox.take()):
                self._take(event)
            if self._rests or self.is_full:
                self._transport.pause_reading()  # nor is it answered without end
                return
            if self._inbox.is_over:
                self._leave()  # before the end is written: what waits for it goes out here
                self._flush()
                if self._inbox.has_eof:
                    self._transport.close()
            if self._transport.is_closing() or not self._inbox.read():
                self._transport.resume_reading()
                return
            if not self._inbox.is_over:  # else what was said before is answered first
                self._flush()
            if self._inbox.has_unread:
                self._rest(self._loop.call_soon)  # the others have their turn

    def _rest(self, later: Callable[[Callable[[], None]], object]) -> None:
        """Read on when `later` calls what it is given."""
        self._rests += 1
        later(self._wake)

    def _wake(self) -> None:
        self._rests -= 1
        was_full, self.is_full = self.is_full, self.is_full and self.owes
        if was_full and not self.is_full and not self._has_left:
            self._host.drain(self)
        self._read()

    def _take(self, event: Event) -> None:
        if isinstance(event, Request):
            self._shake_hands(event)
        elif isinstance(event, Frame) and self.is_open:
            self._take_frame(event)

    def _shake_hands(self, request: Request) -> None:
        response = self._protocol.accept(request)
        self.headers = request.headers
        if response.status_code == 101:
            try:
                self._host.open(self)
                self.is_open = True
            except RefusalError as refusal:
                response = self._protocol.reject(refusal.status, refusal.message + "\n")
                if refusal.retry_seconds is not None:
                    response.headers["Retry-After"] = str(refusal.retry_seconds)
        self._protocol.send_response(response)
        self._flush()
        if self.is_open:
            self._host.greet(self)

    def _take_frame(self, frame: Frame) -> None:
        if frame.opcode is Opcode.PING:
            self._note_ping()
            return
        if frame.opcode is Opcode.PONG:
            self._awaits_pong = False
            return
        try:
            message = self._assembly.take(frame.opcode, bytes(frame.data), is_last=frame.fin)
        except UnicodeDecodeError:
            self._leave()
            self._protocol.fail(CloseCode.INVALID_DATA, "no UTF-8")
            self._flush()
            return
        self._note_piece(is_last=message is not None)
        if message is not None:
            waiting = self._host.hear(self, message)
            if waiting is not None and not waiting.done():
                self._rest(lambda wake: waiting.add_done_callback(lambda _: wake()))

    def _note_ping(self) -> None:
        """Note a ping, which the library answers."""

    def _note_piece(self, *, is_last: bool) -> None:
        """Note a frame of a message."""

    def _leave(self) -> None:
        """Let nothing be written any more but the goodbye."""
        if not self._has_left:
            self._has_left = True
            self._host.leave(self)  # which may write what waits; a part of it would spoil the rest
            self.is_open = False

    def _run_out(self) -> None:
        self.abort()

    def _write(self, data: bytes) -> None:
        if self._transport.is_closing():  # by an error: asyncio would log each write
            return
        self._transport.write(data)
        if self.owes and not self.is_full:
            self.is_full = self._transport.get_write_buffer_size() > self._most_owed_bytes
            if self.is_full and not self._has_left:
                self._host.fill(self)

    def _flush(self) -> None:
        """Write what the library wants said; nothing at the end means: hang up.

        After a while, for what the other still says would undo what it has not read yet.
        """
        for data in self._protocol.data_to_send():
            if data and not self._is_silent:
                self._write(data)
            elif not data:
                self._is_silent = True
                hang_up(self._transport)
                self.set_timer(_GOODBYE_SECONDS, self.abort)
