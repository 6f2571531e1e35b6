"""A WebSocket port: whoever connects is greeted, then gets every frame."""

import asyncio
import logging
import resource
from collections.abc import Callable, Coroutine
from typing import Any, Self

from shared.pace import beats
from ws_bridge.fanout import Fanout
from ws_bridge.host import RefusalError
from ws_bridge.peer import GoneError, Peer
from ws_bridge.port import BACKLOG, MOST_CONNECTIONS, listen
from ws_bridge.wire import text_frame

log = logging.getLogger("ws-bridge")

_PING_SECONDS = 20.0
_GOING_AWAY, _INTERNAL_ERROR = 1001, 1011


class Listener:
    """A port, and the host of its lines.

    `greet` returns what a new client gets at once, None when nothing is known yet.
    `setting` is the name of the port's setting, for the error when the port is taken.
    `fanout` decides what a client gets that was behind; `count` is told how many there are.
    `converse` takes what a client says, until GoneError; what it has not taken stays with the
    client, but for two messages. One of more than `most_bytes` ends the connection.
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
        converse: Callable[[Peer], Coroutine[Any, Any, None]] | None = None,
        most_bytes: int = 1 << 20,
    ) -> None:
        self._address = (host, port)
        self._setting = setting
        self._greeting = greet
        self._fanout: Fanout[Peer] = Fanout() if fanout is None else fanout
        self._count = count
        self._converse = converse
        self._most_bytes = most_bytes
        self._now = asyncio.get_running_loop().time
        self._peers: dict[Peer, None] = {}
        self._counted = 0  # as `count` was told last
        self._conversations: set[asyncio.Task[None]] = set()
        self._said: set[str] = set()  # bounded by the places in the program

    def __len__(self) -> int:
        return len(self._fanout)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.get_running_loop().create_server(
            lambda: Peer(self, self._most_bytes, self._fanout.most_owed_bytes),
            sock=listen(self._address, self._setting),
            backlog=BACKLOG,
        )
        self._pings = asyncio.create_task(
            self._keep_alive(), name=f"pings on port {self._address[1]}"
        )
        log.info("listening on port %s", self._address[1])
        return self

    async def __aexit__(self, *_exception: object) -> None:
        self._pings.cancel()
        self._server.close()
        for conversation in self._conversations:
            conversation.cancel()
        gone = [peer.gone for peer in self._peers]
        for peer in list(self._peers):
            if peer.is_open:
                peer.end(_GOING_AWAY)
            else:
                peer.abort()
        if gone:
            await asyncio.wait(gone, timeout=0.3)  # who answers the goodbye does so at once

    def send(self, message: bytes) -> None:
        """Send a text message to all clients; one that stays behind is cut off."""
        self.give_up(self._fanout.send(text_frame(message), self._now()))

    def give_up(self, peers: list[Peer]) -> None:
        """Cut off those who stay behind."""
        for peer in peers:
            log.warning("port %s: a client that stopped reading was cut off", self._address[1])
            peer.abort()

    # --- what a line tells ---

    def arrive(self, line: Peer) -> None:
        """Note that somebody has connected; far too many are cut off unheard."""
        self._peers[line] = None
        if len(self._peers) > 2 * MOST_CONNECTIONS:
            line.abort()

    def open(self, line: Peer) -> None:
        """Let everybody in; RefusalError when they are too many."""
        if len(self._peers) > MOST_CONNECTIONS:
            raise RefusalError(503, "too many connections", 10)
        line.set_timer(None)

    def greet(self, line: Peer) -> None:
        """Say what there is to say first, and send to it from now on."""
        greeting = self._greeting()
        self._fanout.add(line)
        if greeting is not None:
            line.write(text_frame(greeting))
        self._tell_count()
        if self._converse is not None:
            task = asyncio.create_task(self._converse(line))
            self._conversations.add(task)
            task.add_done_callback(lambda task: self._conclude(line, task))

    def hear(self, line: Peer, message: str | bytes) -> "asyncio.Future[None] | None":
        """Hand on what it says, where somebody takes it."""
        return None if self._converse is None else line.say(message)

    def fill(self, line: Peer) -> None:
        """Send no more to `line` for now."""
        self._fanout.fill(line, self._now())

    def drain(self, line: Peer) -> None:
        """Send to `line` again."""
        self._fanout.drain(line)

    def leave(self, line: Peer) -> None:
        """Forget a connection."""
        self._peers.pop(line, None)
        line.say_no_more()
        self._fanout.remove(line)
        self._tell_count()

    # --- inside ---

    def _tell_count(self) -> None:
        if len(self) != self._counted:
            self._counted = len(self)
            self._count(self._counted)

    def _conclude(self, peer: Peer, conversation: asyncio.Task[None]) -> None:
        """End the connection; an error of ours is logged once for each place."""
        self._conversations.discard(conversation)
        error = None if conversation.cancelled() else conversation.exception()
        if error is None or isinstance(error, GoneError):
            return
        peer.end(_INTERNAL_ERROR)
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        place = f"{type(error).__name__}, line {trace.tb_lineno if trace else 0}"
        if place not in self._said:
            self._said.add(place)
            log.error("a connection was ended by an error in the program", exc_info=error)

    async def _keep_alive(self) -> None:
        async for _ in beats(_PING_SECONDS):
            self.give_up(self._fanout.give_up(self._now()))
            for peer in list(self._peers):
                peer.ping()


def raise_file_limit() -> None:
    """Allow as many connections as the system lets us have; a shell's default is 1024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
