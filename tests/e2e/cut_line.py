"""A line between devices and the relay, which can be cut, and remembers what was said.

On it the hub is one of tomorrow: its messages have a key that this version does not know.
"""

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from typing import Self

from shared.testing import TIMEOUT_SECONDS

_NEW = b',"of_tomorrow":[{"topic":"x"}]}'
_MOST_TEXT_BYTES = 2048  # what every device takes
_KEYS = {"welcome", "topic", "subscribed", "retained", "unsubscribed", "published", "pong"}


class _Frames:
    """Takes apart what one end says: its handshake, then frame by frame."""

    def __init__(self) -> None:
        self._unread = b""
        self._is_shaken = False

    def take(self, data: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Yield what is whole now: the bytes as they came, and the text that they are, if any."""
        self._unread += data
        if not self._is_shaken:
            head, end, rest = self._unread.partition(b"\r\n\r\n")
            if not end:
                return
            if head.startswith(b"HTTP") and b" 101 " not in head:
                yield self._unread, b""  # refused: the reason is no frame
                self._unread = b""
                return
            self._is_shaken, self._unread = True, rest
            yield head + end, b""
        while len(self._unread) >= 2:
            size, start = self._unread[1] & 0x7F, 2
            if size >= 126:
                start = 4 if size == 126 else 10
                size = int.from_bytes(self._unread[2:start])
            mask = self._unread[start : start + 4] if self._unread[1] & 0x80 else b""
            end_at = start + len(mask) + size
            if len(self._unread) < max(start, end_at):
                return
            frame, self._unread = self._unread[:end_at], self._unread[end_at:]
            payload = frame[start + len(mask) :]
            if mask:
                payload = bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))
            yield frame, payload if frame[0] == 0x81 else b""


def _of_tomorrow(frame: bytes, text: bytes) -> bytes:
    """Return a frame of the hub with one more key; parts of a message stay as they are."""
    size = len(text) - 1 + len(_NEW)
    with contextlib.suppress(ValueError):
        message = json.loads(text)
        if isinstance(message, dict) and _KEYS & set(message) and size <= _MOST_TEXT_BYTES:
            length = bytes([size]) if size < 126 else b"\x7e" + size.to_bytes(2)
            return b"\x81" + length + text[:-1] + _NEW
    return frame


class Line:
    """`with Line(port) as line:` passes all on between `line.port` and `port`.

    `said` is what the devices have said, `heard` what the hub has, of all connections; `texts`
    are the messages of the devices.
    """

    def __init__(self, port: int) -> None:
        self._hub = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self._open: list[socket.socket] = []
        self._silent: set[socket.socket] = set()
        self.connections = 0
        self.said = bytearray()
        self.heard = bytearray()
        self.texts: list[bytes] = []

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.close()
        self.cut()

    def cut(self) -> None:
        """Break all connections, for both ends."""
        open_now, self._open = self._open, []
        for end in open_now:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def go_silent(self) -> None:
        """Pass nothing on any more of the connections that are there, without an end."""
        self._silent.update(self._open)

    def _accept(self) -> None:
        while True:
            try:
                device, _ = self._listening.accept()
            except OSError:  # it is over
                return
            try:
                hub = socket.create_connection(("127.0.0.1", self._hub), TIMEOUT_SECONDS)
            except OSError:  # the bridge is away
                device.close()
                continue
            hub.settimeout(None)
            self.connections += 1
            self._open += [device, hub]
            for source, sink, note in ((device, hub, self.said), (hub, device, self.heard)):
                passing = threading.Thread(target=self._pass_on, args=(source, sink, note))
                passing.daemon = True
                passing.start()

    def _pass_on(self, source: socket.socket, sink: socket.socket, note: bytearray) -> None:
        frames = _Frames()
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                note += data
                whole = list(frames.take(data))
                if note is self.said:
                    self.texts += [text for _, text in whole if text]
                else:
                    data = b"".join(_of_tomorrow(frame, text) for frame, text in whole)
                if source not in self._silent:
                    sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        sink.close()
