"""What comes from the broker, read from the socket in large pieces.

paho reads a packet in four calls of the system and logs, wraps and dates each message. That is
most of what a message costs, so those of QoS 0 that are here whole do not go through it. All
else does, and asks for its bytes here: what is cut off at a piece's end, what is to be
acknowledged, what answers us (see docs/adr/0017).
"""

import contextlib
from collections.abc import Callable
from typing import Any

Handler = Callable[[str, bytes, bool], None]
"""Takes the topic of a message, its payload, and whether it is a retained one."""

_PIECE_BYTES = 65536  # read in one turn of the loop, so that a flood leaves the others their turn
_PUBLISH, _TYPE_AND_QOS = 0x30, 0xF6
_MOST_LENGTH_BYTES = 4


class Intake:
    """Stands between a paho client and its socket; `handle` is called in the broker's order.

    `pause` is called when all that was here has been handed over.
    Messages are handed over at the end of the turn that has read them, when paho is done with
    all: within its callbacks nothing can be published.
    """

    def __init__(self, paho: Any, *, has_properties: bool) -> None:  # noqa: ANN401
        self._paho = paho
        self._has_properties = has_properties  # as in MQTT 5
        self._receive = paho._sock_recv  # noqa: SLF001
        self._read_packet = paho.loop_read
        paho._sock_recv = self._take  # noqa: SLF001
        paho.on_message = self._keep
        self._piece = b""
        self._at = 0  # in the piece: what is before it has been read
        self._may_receive = False
        self._come: list[tuple[bytes, bytes, bool]] = []
        self.handle: Handler = lambda *_: None
        self.pause: Callable[[], None] = lambda: None

    def read(self) -> Any:  # noqa: ANN401
        """Read one piece and hand over the messages that it completes; return paho's code."""
        self._piece, self._at = b"", 0
        with contextlib.suppress(OSError):
            self._piece = self._receive(_PIECE_BYTES)
        self._may_receive = not self._piece  # then paho is to see for itself why
        code: Any = 0
        while not code and (self._may_receive or self._at < len(self._piece)):
            if self._paho._in_packet["command"] or not self._take_message():  # noqa: SLF001
                code = self._read_packet()
                self._may_receive = False
        come, self._come = self._come, []
        for topic, payload, retained in come:
            try:
                name = topic.decode()
            except UnicodeDecodeError:  # nobody can have asked for it
                continue
            self.handle(name, payload, retained)
        if come:
            self.pause()
        return code

    def _take(self, size: int) -> bytes:
        """Return up to `size` bytes of the piece; paho's way to the socket."""
        if self._at == len(self._piece):
            if self._may_receive:
                return self._receive(size)  # type: ignore[no-any-return]
            raise BlockingIOError
        part = self._piece[self._at : self._at + size]
        self._at += len(part)
        return part

    def _keep(self, _client: Any, _userdata: Any, message: Any) -> None:  # noqa: ANN401
        self._come.append((message._topic, bytes(message.payload), message.retain))  # noqa: SLF001

    def _take_message(self) -> bool:
        """Take one message of QoS 0 that is here whole; False when it is something else."""
        piece, at = self._piece, self._at
        if at == len(piece) or piece[at] & _TYPE_AND_QOS != _PUBLISH:
            return False
        length, start = _number(piece, at + 1)
        end = start + length
        body = start + 2 + int.from_bytes(piece[start : start + 2])
        topic = piece[start + 2 : body]
        if self._has_properties:
            more, body = _number(piece, body)
            body += more
        if not start or end > len(piece) or not start < body <= end:
            return False  # cut off, or malformed
        self._come.append((topic, piece[body:end], bool(piece[at] & 1)))
        self._at = end
        return True


def _number(piece: bytes, at: int) -> tuple[int, int]:
    """Return a number of MQTT's variable length, and where it ends; (0, 0) when it is cut off."""
    number = 0
    for shift, byte in enumerate(piece[at : at + _MOST_LENGTH_BYTES]):
        number |= (byte & 0x7F) << 7 * shift
        if byte < 0x80:
            return number, at + shift + 1
    return 0, 0
