"""What a client has said: read by the library in small pieces, and taken event by event. Pure."""

from collections import deque

from websockets.protocol import Event, State
from websockets.server import ServerProtocol

_PIECE_BYTES = 4096
_MOST_REQUEST_BYTES = 16384
_END_OF_REQUEST = b"\r\n\r\n"


class Inbox:
    """The bytes of one connection, and the events that they were found to be."""

    def __init__(self, protocol: ServerProtocol) -> None:
        self._protocol = protocol
        self._unread = b""
        self._events: deque[Event] = deque()
        self.has_eof = False
        """Whether no more comes."""
        self._is_read_out = False

    def put(self, data: bytes) -> None:
        """Take what came."""
        self._unread += data

    def put_eof(self) -> None:
        """Note that no more comes."""
        self.has_eof = True

    @property
    def has_unread(self) -> bool:
        """Whether there are bytes that were not read yet."""
        return bool(self._unread)

    @property
    def is_empty(self) -> bool:
        """Whether all that came was taken."""
        return not (self._unread or self._events)

    @property
    def is_over(self) -> bool:
        """Whether the client has said its last: a goodbye, a fault, or nothing more."""
        return self._protocol.state in (State.CLOSING, State.CLOSED)

    def take(self) -> Event | None:
        """Return the next event."""
        return self._events.popleft() if self._events else None

    def read(self) -> bool:
        """Read a piece, or at last the end; False when there is none, or not all of a handshake."""
        size = self._size()
        if size:
            piece, self._unread = self._unread[:size], self._unread[size:]
            self._protocol.receive_data(piece)
            self._events.extend(self._protocol.events_received())
        elif self.has_eof and not self._is_read_out:
            self._is_read_out = True
            self._unread = b""  # a handshake whose end never came
            self._protocol.receive_eof()
        else:
            return False
        return True

    def _size(self) -> int:
        """Return how much to read; of a handshake all of it, and nothing that comes after."""
        if self._protocol.state is not State.CONNECTING:
            return min(len(self._unread), _PIECE_BYTES)
        end = self._unread.find(_END_OF_REQUEST)
        if end >= 0:
            return end + len(_END_OF_REQUEST)
        if len(self._unread) <= _MOST_REQUEST_BYTES:
            return 0
        # An end that is cut in two would not be found
        return len(self._unread[:_PIECE_BYTES].rstrip(_END_OF_REQUEST)) or _PIECE_BYTES
