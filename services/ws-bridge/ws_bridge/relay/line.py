"""A device's WebSocket; the library's core without its I/O.

The library's own connection costs a task and several queues for each of a thousand devices.
Nobody can make the others wait: what a device says is read in small pieces, and who says too
much at once is read later.
"""
# ruff: noqa: D102 - asyncio says what it calls and when

import asyncio
import logging
from collections import deque
from collections.abc import Callable

from websockets.datastructures import Headers
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import Event, State
from websockets.server import ServerProtocol

from ws_bridge.relay.allowance import MOST_PINGS, PIECE_PRICE, Allowance
from ws_bridge.relay.assembly import Assembly
from ws_bridge.relay.host import Host, RefusalError
from ws_bridge.relay.session import Session
from ws_bridge.relay.words import MOST_MESSAGE_BYTES, bye_frame

MOST_OWED_BYTES = 16384
FIRST_MESSAGE_SECONDS = 30.0

_PIECE_BYTES = 4096
_GOODBYE_SECONDS = 1.0
_READ_ON_SECONDS = 5.0  # so long may who is behind take to read why it is sent away
_MOST_REQUEST_BYTES = 16384
_END_OF_REQUEST = b"\r\n\r\n"
_PING = b"\x89\x00"

_quiet = logging.getLogger("ws-bridge.websockets")
_quiet.setLevel(logging.CRITICAL + 1)  # it logs a traceback for each port scan


class Line(asyncio.Protocol):
    """A connection, from its first byte; `session` is what the host makes of it."""

    _transport: asyncio.Transport

    def __init__(self, host: Host) -> None:
        self._host = host
        self._protocol = ServerProtocol(max_size=MOST_MESSAGE_BYTES, logger=_quiet)
        self._loop = asyncio.get_running_loop()
        self._unread = b""
        self._events: deque[Event] = deque()
        self._assembly = Assembly()
        self._rests = 0  # reasons to read on later
        self._allowance = Allowance(self._loop.time())
        self._awaits_pong = False
        self._timer: asyncio.TimerHandle | None = None
        self._has_left = self._is_silent = False
        self.headers = Headers()
        self.address = ""
        self.device = ""  # as the handshake has proved it
        self.session: Session | None = None
        self.is_full = False
        self.why: str | None = None  # the code of our goodbye
        self.gone: asyncio.Future[None] = self._loop.create_future()

    @property
    def is_open(self) -> bool:
        """Whether frames can be written."""
        return self._protocol.state is State.OPEN and not self._has_left

    def goodbye(self, number: int, code: str, message: str) -> None:
        """Tell why, and end the connection."""
        if not self.is_open:
            return
        self.why = code
        self._leave()
        self._transport.write(bye_frame(code, message))
        self._protocol.send_close(number, code)
        self._flush()
        self._is_silent = True
        self._hang_up_in(_READ_ON_SECONDS if self.is_full else _GOODBYE_SECONDS)

    def charge(self, messages: float) -> None:
        """Read on later when that much work was too much for now."""
        if seconds := self._allowance.pay(self._loop.time(), messages):
            self._rest(lambda wake: self._loop.call_later(seconds, wake))

    def abort(self) -> None:
        """Cut the connection."""
        self._leave()
        self._transport.abort()

    def ping(self) -> None:
        """Send an empty ping, or cut the connection when the last was not answered."""
        if not self.is_open:
            return
        if self._awaits_pong and not self.is_full:
            self.abort()
        elif not self.is_full:  # else it would wait behind what is not read
            self._awaits_pong = True
            self.write(_PING)

    def set_timer(self, seconds: float | None) -> None:
        """Say goodbye to who has not said anything by then."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if seconds is not None:
            self._timer = self._loop.call_later(seconds, self._run_out)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport
        self.write = transport.write
        transport.set_write_buffer_limits(high=MOST_OWED_BYTES)
        self.address = (transport.get_extra_info("peername") or ("",))[0]
        self.set_timer(FIRST_MESSAGE_SECONDS)
        self._host.arrive(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self.set_timer(None)
        self._leave()
        self.gone.set_result(None)

    def pause_writing(self) -> None:
        self.is_full = True
        if not self._has_left:
            self._host.fill(self)

    def resume_writing(self) -> None:
        self.is_full = False
        if not self._has_left:
            self._host.drain(self)
        if not self._rests:
            self._read()

    def data_received(self, data: bytes) -> None:
        self._unread += data
        if not self._rests:
            self._read()

    def eof_received(self) -> None:
        self._leave()
        self._protocol.receive_eof()
        self._flush()

    def _read(self) -> None:
        """Go through what was said, piece by piece, until there is something to wait for."""
        while True:
            while self._events and not self._rests:
                self._take(self._events.popleft())
            if self._rests or self.is_full:
                self._transport.pause_reading()  # nor are its pings answered without end
                return
            if not self._piece() or self._transport.is_closing():
                self._transport.resume_reading()
                return
            size = self._piece()
            piece, self._unread = self._unread[:size], self._unread[size:]
            self._protocol.receive_data(piece)
            self._events.extend(self._protocol.events_received())
            if self._protocol.state in (State.CLOSING, State.CLOSED):
                self._leave()  # before the end is written: what waits for it goes out here
            self._flush()
            if self._unread:
                self._rest(self._loop.call_soon)  # the others have their turn

    def _piece(self) -> int:
        """Return how much to read; of a handshake all of it, and nothing that comes after."""
        if self._protocol.state is not State.CONNECTING or len(self._unread) > _MOST_REQUEST_BYTES:
            return min(len(self._unread), _PIECE_BYTES)
        end = self._unread.find(_END_OF_REQUEST)
        return 0 if end < 0 else end + len(_END_OF_REQUEST)

    def _rest(self, later: Callable[[Callable[[], None]], object]) -> None:
        """Read on when `later` calls what it is given."""
        self._rests += 1
        later(self._wake)

    def _wake(self) -> None:
        self._rests -= 1
        if not self._rests:
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
            except RefusalError as refusal:
                response = self._protocol.reject(refusal.status, refusal.message + "\n")
                if refusal.retry_seconds is not None:
                    response.headers["Retry-After"] = str(refusal.retry_seconds)
        self._protocol.send_response(response)
        self._flush()

    def _take_frame(self, frame: Frame) -> None:
        if frame.opcode is Opcode.PING:
            if not self._allowance.ping(self._loop.time()):
                self.goodbye(4429, "too_many", f"more than {MOST_PINGS} pings in 10 s")
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
        self.charge(PIECE_PRICE if message is None else 1)
        if message is not None:
            waiting = self._host.hear(self, message)
            if waiting is not None and not waiting.done():
                self._rest(lambda wake: waiting.add_done_callback(lambda _: wake()))

    def _run_out(self) -> None:
        if self.is_open:
            self.goodbye(4408, "silent", "no first message in time")
        else:
            self.abort()

    def _leave(self) -> None:
        """Let nothing be written any more but the goodbye."""
        if not self._has_left:
            self._has_left = True
            self._host.leave(self)

    def _hang_up_in(self, seconds: float) -> None:
        self.set_timer(None)
        self._timer = self._loop.call_later(seconds, self._transport.abort)

    def _flush(self) -> None:
        """Write what the library wants said; nothing at the end means: hang up.

        After a while, for what the other still says would undo what it has not read yet.
        """
        for data in self._protocol.data_to_send():
            if data and not self._is_silent:
                self._transport.write(data)
            elif not data:
                self._is_silent = True
                self._transport.write_eof()
                self._hang_up_in(_GOODBYE_SECONDS)
