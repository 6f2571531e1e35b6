"""A WebSocket port; the only module that knows the websockets library.

What clients on microcontrollers can take decides the form: no compression, each message one
frame, pings without payload.
"""

import array
import asyncio
import contextlib
import fcntl
import logging
import resource
import termios
from collections.abc import Awaitable, Callable
from typing import Self

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.protocol import State

from shared.pace import beats
from ws_bridge.fanout import Fanout
from ws_bridge.port import BACKLOG, listen
from ws_bridge.wire import text_frame

log = logging.getLogger("ws-bridge")

_PING_SECONDS = 20.0


class _OursAlone(logging.Filter):
    """Lets pass, once each, an error in what we do with a client: what the library says of it.

    All else that it says is of the outside: it logs a traceback for each port scan.
    """

    def __init__(self) -> None:
        super().__init__()
        self._said: set[str] = set()  # bounded by the places in the program

    def filter(self, record: logging.LogRecord) -> bool:
        if record.msg != "connection handler failed" or not record.exc_info:
            return False
        error, trace = record.exc_info[1], record.exc_info[2]
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        place = f"{type(error).__name__}, line {trace.tb_lineno if trace else 0}"
        if place in self._said:
            return False
        self._said.add(place)
        record.msg = "a connection was ended by an error in the program"
        return True


_library = logging.getLogger("ws-bridge.connections")
_library.setLevel(logging.ERROR)
_library.addFilter(_OursAlone())


class _Connection(ServerConnection):
    """Says when the client has read what it was owed."""

    drained: Callable[[], None] | None = None

    def resume_writing(self) -> None:
        super().resume_writing()
        if self.drained is not None:
            self.drained()


class Peer:
    """One connected client."""

    def __init__(self, connection: ServerConnection) -> None:
        self._connection = connection
        self._transport = connection.transport
        self.owed_bytes: Callable[[], int] = connection.transport.get_write_buffer_size
        """How many bytes the kernel did not take yet; without a call in between."""
        self._file: int = connection.transport.get_extra_info("socket").fileno()
        self._waiting = array.array("i", [0])
        self._pong: asyncio.Future[float] | None = None

    def write(self, frame: bytes) -> None:
        """Write past the library: it would serialise the frame again for each client.

        Nothing follows a goodbye: the transport raises an error for that.
        """
        if frame and self._connection.state is State.OPEN:
            self._transport.write(frame)

    def abort(self) -> None:
        """Cut the connection: a client that does not read would not read a goodbye either."""
        self._transport.abort()

    async def hear(self) -> str | bytes:
        """Return what the client says next; ConnectionClosed, for the listener, when it went."""
        return await self._connection.recv()

    def is_unheard(self) -> bool:
        """Tell whether the client has said something that nobody took yet, also in the kernel."""
        if len(self._connection.recv_messages.frames):
            return True
        try:
            fcntl.ioctl(self._file, termios.FIONREAD, self._waiting)
        except OSError:  # it has gone
            return False
        return self._waiting[0] > 0

    async def drain(self) -> None:
        """Wait until the client has read most of what it is owed, or has gone."""
        await self._connection.drain()

    async def ping(self) -> bool:
        """Send an empty ping; False when the client has had its time to answer or to go."""
        if self._connection.state is not State.OPEN:
            return False  # it said goodbye, and then did not hang up
        if self._pong is not None and not self._pong.done():
            return False
        if self.owed_bytes() == 0:  # else the ping would wait behind what is not read
            with contextlib.suppress(ConnectionClosed):
                self._pong = asyncio.ensure_future(await self._connection.ping(b""))
        return True


async def ignore(peer: Peer) -> None:
    """Take what a client says and forget it."""
    while True:
        await peer.hear()


class Listener:
    """A port: whoever connects is greeted, then gets every frame.

    `greet` returns what a new client gets at once, None when nothing is known yet.
    `setting` is the name of the port's setting, for the error when the port is taken.
    `fanout` decides what a client gets that was behind; `count` is told how many there are.
    `converse` takes what a client says, until the connection breaks; what it has not taken stays
    with the client, but for two messages. One of more than `most_bytes` ends the connection.
    """

    def __init__(
        self,
        host: str,
        port: int,
        setting: str,
        greet: Callable[[], bytes | None] = lambda: None,
        *,
        fanout: Fanout[Peer] | None = None,
        count: Callable[[int], None] = lambda _: None,
        converse: Callable[[Peer], Awaitable[None]] = ignore,
        most_bytes: int = 1 << 20,
    ) -> None:
        self._address = (host, port)
        self._setting = setting
        self._greet = greet
        self._fanout: Fanout[Peer] = Fanout() if fanout is None else fanout
        self._count = count
        self._converse = converse
        self._most_bytes = most_bytes
        self._server: Server | None = None

    def __len__(self) -> int:
        return len(self._fanout)

    async def __aenter__(self) -> Self:
        listening = listen(self._address, self._setting)
        self._server = await serve(
            self._serve,
            sock=listening,
            backlog=BACKLOG,
            compression=None,
            ping_interval=None,
            close_timeout=1,
            max_size=self._most_bytes,
            max_queue=1,
            create_connection=_Connection,
            write_limit=self._fanout.most_owed_bytes,  # it pauses who is behind, and nobody else
            server_header=None,
            logger=_library,
        )
        self._pings = asyncio.create_task(
            self._keep_alive(), name=f"pings on port {self._address[1]}"
        )
        log.info("listening on port %s", self._address[1])
        return self

    async def __aexit__(self, *_exception: object) -> None:
        self._pings.cancel()
        assert self._server is not None  # noqa: S101 - set by __aenter__
        self._server.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.3):  # clients that answer the goodbye do so at once
                await self._server.wait_closed()

    def send(self, message: bytes) -> None:
        """Send a text message to all clients; one that stays behind is cut off."""
        now = asyncio.get_running_loop().time()
        self.give_up(self._fanout.send(text_frame(message), now))

    def give_up(self, peers: list[Peer]) -> None:
        """Cut off those who stay behind."""
        for peer in peers:
            log.warning("port %s: a client that stopped reading was cut off", self._address[1])
            peer.abort()

    async def _serve(self, connection: ServerConnection) -> None:
        peer = Peer(connection)
        assert isinstance(connection, _Connection)  # noqa: S101 - as create_connection has it
        connection.drained = lambda: self._fanout.resume(peer)
        greeting = self._greet()
        if greeting is not None:
            peer.write(text_frame(greeting))
        self._fanout.add(peer)
        self._count(len(self))
        try:
            await self._converse(peer)
        except ConnectionClosed:
            pass
        finally:
            connection.drained = None
            self._fanout.remove(peer)
            self._count(len(self))

    async def _keep_alive(self) -> None:
        loop = asyncio.get_running_loop()
        async for _ in beats(_PING_SECONDS):
            self.give_up(self._fanout.give_up(loop.time()))
            for peer in self._fanout.clients():
                if not await peer.ping():
                    peer.abort()


def raise_file_limit() -> None:
    """Allow as many connections as the system lets us have; a shell's default is 1024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
