"""A line between devices and a port of the hub, which can be cut, and remembers what was said."""

import contextlib
import socket
import threading
from typing import Self

from shared.testing import TIMEOUT_SECONDS


class Line:
    """`with Line(port) as line:` passes all on between `line.port` and `port`.

    `said` is what the devices have said, `heard` what the hub has, of all connections.
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
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                note += data
                if source not in self._silent:
                    sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        sink.close()
