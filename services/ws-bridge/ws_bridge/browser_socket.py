"""A browser's WebSocket, behind the same port as HTTP; the library's core without its I/O.

Nothing is sent but what the panel's dashboards know, not even pings: TCP's own keepalive tells
of a browser that is gone.
"""
# ruff: noqa: D102 - asyncio says what it calls and when

import asyncio
import socket
from base64 import b64decode
from binascii import Error

from websockets.frames import CloseCode, Frame, Opcode
from websockets.protocol import Protocol, Side, State
from websockets.utils import accept_key

from shared.http.message import Request
from ws_bridge.panel_frames import MOST_MESSAGE_BYTES
from ws_bridge.port import QUIET
from ws_bridge.room import Room

_MOST_BYTES = 4 << 20  # of a message, as it was
_PIECE_BYTES = 4096
_GOODBYE_SECONDS = 1.0
_FRAME_SECONDS = 0.001
"""How long a browser rests for each frame when it says much at once: others come first."""
_KEEPALIVE = (
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 20),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 10),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
)

_WELCOME = (
    b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
    b"sec-websocket-accept: %s\r\n\r\n"
)


def refusal(request: Request) -> str | None:
    """Return why a request is no handshake, in the older server's words; None when it is one."""
    upgrade = request.header(b"upgrade")
    if (upgrade or "").strip().lower() != "websocket":
        return f'No WebSocket UPGRADE hdr: {upgrade}\n Can "Upgrade" only to "WebSocket".'
    connection = request.header(b"connection")
    if "upgrade" not in (connection or "").lower():
        return f"No CONNECTION upgrade hdr: {connection}"
    version = request.header(b"sec-websocket-version") or ""
    if version != "13":
        return f"Unsupported version: {version}"
    key = request.header(b"sec-websocket-key")
    try:
        if key is None or len(b64decode(key, validate=True)) != 16:
            return f"Handshake error: {key!r}"
    except (Error, ValueError):
        return f"Handshake error: {key!r}"
    return None


class BrowserSocket(asyncio.Protocol):
    """A connection; what it says goes to the room, text alone.

    What is no message that the room knows is read past: nothing that a browser says ends its
    connection but a breach of the WebSocket protocol itself.
    """

    _transport: asyncio.Transport
    file: int
    owes = False

    def __init__(self, request: Request, room: Room, others: set["BrowserSocket"]) -> None:
        self._key = request.header(b"sec-websocket-key") or ""
        self._room, self._others = room, others
        self._protocol = Protocol(Side.SERVER, max_size=_MOST_BYTES, logger=QUIET)
        self._unread = b""
        self._rest: asyncio.TimerHandle | None = None
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._text: bytearray | None = None  # of the message that is being said

    # --- what the room does ---

    def write(self, frame: bytes) -> None:
        """Write past the library."""
        if not self._transport.is_closing():  # by an error: asyncio would log each write
            self._transport.write(frame)

    def abort(self) -> None:
        """Cut the connection."""
        self._transport.abort()

    def say_goodbye(self) -> None:
        """Tell the browser that the service stops."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_close(CloseCode.GOING_AWAY)
            self._flush()

    # --- what asyncio tells ---

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport
        for option in _KEEPALIVE:
            transport.get_extra_info("socket").setsockopt(*option)
        self.file = transport.get_extra_info("socket").fileno()
        self._others.add(self)
        self._room.join(self)  # before it is told that this one owes of its last page
        transport.set_write_buffer_limits(0)  # who owes is behind: the kernel has 64 kB first
        transport.write(_WELCOME % accept_key(self._key).encode())

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self._others.discard(self)
        if not self.gone.done():
            self.gone.set_result(None)
        if self._rest is not None:
            self._rest.cancel()
        self._room.leave(self)

    def pause_writing(self) -> None:
        self.owes = True
        self._room.fill(self)
        self._transport.pause_reading()  # else its pings would be answered without end

    def resume_writing(self) -> None:
        self.owes = False  # asyncio stumbles over an error in here
        asyncio.get_running_loop().call_soon(self._catch_up)

    def data_received(self, data: bytes) -> None:
        self._unread += data
        if self._rest is None:
            self._read()

    def eof_received(self) -> None:
        self._protocol.receive_eof()
        self._flush()

    # --- inside ---

    def _catch_up(self) -> None:
        if not self.owes:
            self._room.drain(self)
        if not self.owes and self._rest is None:
            self._transport.resume_reading()

    def _read(self) -> None:
        """Take a piece of what was said; who says much is heard in between the others."""
        self._rest = None
        piece, self._unread = self._unread[:_PIECE_BYTES], self._unread[_PIECE_BYTES:]
        if self._transport.is_closing():
            return
        self._protocol.receive_data(piece)
        events = self._protocol.events_received()
        for event in events:
            if isinstance(event, Frame):
                self._hear(event)
        self._flush()
        if self._unread:
            self._transport.pause_reading()
            loop = asyncio.get_running_loop()
            self._rest = loop.call_later(_FRAME_SECONDS * len(events), self._read)
        elif not self.owes:
            self._transport.resume_reading()

    def _hear(self, frame: Frame) -> None:
        """Put a message together; of a long one no more is kept than shows that it is long."""
        if frame.opcode is Opcode.TEXT:
            self._text = bytearray()
        elif frame.opcode is Opcode.BINARY:
            self._text = None
        elif frame.opcode is not Opcode.CONT:
            return
        if self._text is not None and len(self._text) <= MOST_MESSAGE_BYTES:
            self._text += frame.data
        if frame.fin and self._text is not None:
            text, self._text = bytes(self._text), None
            self._room.hear(self, text)

    def _flush(self) -> None:
        """Write what the library wants said; nothing at the end means: hang up."""
        if self._protocol.state is not State.OPEN:
            self._room.leave(self)  # nothing follows a goodbye
        for data in self._protocol.data_to_send():
            if data:
                self.write(data)
            else:
                self._transport.close()  # when it has read what it owes, or a little later
                asyncio.get_running_loop().call_later(_GOODBYE_SECONDS, self.abort)
