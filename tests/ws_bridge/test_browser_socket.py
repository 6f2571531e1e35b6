"""A browser that does not read, from its handshake on: what it owes, and what it may say."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Callable

import pytest

from shared.http.api import Api
from shared.http.connection import Connection
from shared.http.message import Heads, Request, Response
from shared.testing import TIMEOUT_SECONDS
from ws_bridge.browser_socket import BrowserSocket
from ws_bridge.viewers import Viewers

PAGE = b"GET / HTTP/1.1\r\nHost: hub\r\n\r\n"
UPGRADE = (
    b"GET /ws HTTP/1.1\r\nHost: hub\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
PING = b"\x89\x80\x00\x00\x00\x00"
CLOSE = b"\x88\x80\x00\x00\x00\x00"


class Room:
    """Where browsers meet, without panels."""

    def __init__(self) -> None:
        self.viewers: Viewers[BrowserSocket] = Viewers()

    def join(self, browser: BrowserSocket) -> None:
        self.viewers.add(browser)

    def leave(self, browser: BrowserSocket) -> None:
        self.viewers.remove(browser)

    def fill(self, browser: BrowserSocket) -> None:
        self.viewers.fill(browser, 0.0)

    def drain(self, browser: BrowserSocket) -> None:
        self.viewers.drain(browser)


class Port(Api):
    """A page that a socket does not take at once, and WebSocket."""

    heads = Heads(b"")
    most_connections = 10

    def __init__(self) -> None:
        self.room = Room()
        self.sockets: set[BrowserSocket] = set()

    def refusal(self, status: int, text: str) -> Response:
        return Response(text.encode(), "", status)

    def upgrade(self, request: Request) -> Callable[[], asyncio.Protocol] | None:
        if request.path != "/ws":
            return None
        return lambda: BrowserSocket(request, self.room, self.sockets)  # type: ignore[arg-type]

    async def answer(self, request: Request) -> Response:
        return Response(b"x" * 40_000, "")


@pytest.fixture
async def port() -> AsyncIterator[tuple[Port, int]]:
    port = Port()
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    connections: set[Connection] = set()
    server = await asyncio.get_running_loop().create_server(
        lambda: Connection(port, connections), sock=listening
    )
    yield port, listening.getsockname()[1]
    server.close()
    gone = [browser.gone for browser in port.sockets]
    for browser in list(port.sockets):
        browser.abort()
    async with asyncio.timeout(TIMEOUT_SECONDS):
        await asyncio.gather(*gone)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while not condition():
            await asyncio.sleep(0.002)


async def connect(number: int, said: bytes) -> socket.socket:
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    client.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(client, ("127.0.0.1", number))
    await loop.sock_sendall(client, said)
    return client


def reset(client: socket.socket) -> None:
    """Go without a word, by an RST."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


async def test_who_owes_from_the_start_is_behind_and_is_not_heard(port: tuple[Port, int]) -> None:
    """It did not read the page before: else its pings were answered without end."""
    room, number = port[0].room, port[1]
    with await connect(number, PAGE + UPGRADE):
        await until(lambda: len(room.viewers) == 1)
        (browser,) = port[0].sockets
        assert browser.owes
        assert room.viewers.is_behind(browser)
        assert not browser._transport.is_reading()


async def test_a_goodbye_behind_what_is_not_read_does_not_keep_the_connection(
    port: tuple[Port, int],
) -> None:
    """Nobody sends to it any more, so that nobody else would cut it off."""
    with await connect(port[1], PAGE + UPGRADE + CLOSE):
        await until(lambda: port[0].sockets)
        (browser,) = port[0].sockets
        await until(browser.gone.done)


async def test_it_goes_while_it_is_told_what_it_missed(
    port: tuple[Port, int], caplog: pytest.LogCaptureFixture
) -> None:
    """With an RST, when it has just read all."""
    client = await connect(port[1], UPGRADE)
    await until(lambda: port[0].sockets)
    (browser,) = port[0].sockets
    while not browser.owes:
        browser.write(b"x" * 1000)
    port[0].room.viewers.show(None, 3, now=0.0)
    is_drained = asyncio.Event()

    def drain() -> None:
        reset(client)
        is_drained.set()
        BrowserSocket.resume_writing(browser)

    browser.resume_writing = drain  # type: ignore[method-assign]
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while not is_drained.is_set():
            with contextlib.suppress(BlockingIOError):
                client.recv(65536)
            await asyncio.sleep(0)
        await browser.gone
    await asyncio.sleep(0)
    assert caplog.records == []


async def test_who_has_gone_is_answered_no_more(
    port: tuple[Port, int], caplog: pytest.LogCaptureFixture
) -> None:
    """With an RST, behind more pings than asyncio keeps silent about."""
    client = await connect(port[1], UPGRADE)
    await until(lambda: port[0].sockets)
    (browser,) = port[0].sockets
    client.send(PING * 100)
    reset(client)
    await until(browser.gone.done)
    assert caplog.records == []
