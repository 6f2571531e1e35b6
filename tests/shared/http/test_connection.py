"""Bodies in pieces and connections that become something else; the rest is tested with `stats`."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from shared.http import connection
from shared.http.api import Api
from shared.http.connection import Connection
from shared.http.message import Request, Response
from shared.testing import TIMEOUT_SECONDS


class Pieces:
    """A body of 64 kB pieces; `fails_after` so many it cannot be read."""

    def __init__(self, count: int, fails_after: int | None = None) -> None:
        self.length = count * 65536
        self._count, self._fails_after = count, fails_after
        self.given, self.closed = 0, 0

    async def read(self) -> bytes:
        await asyncio.sleep(0)
        if self.given == self._fails_after:
            raise OSError(5, "Input/output error")
        if self.given == self._count:
            return b""
        self.given += 1
        return bytes([self.given % 256]) * 65536

    def close(self) -> None:
        self.closed += 1


class Echo(asyncio.Protocol):
    """What a connection becomes."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport
        transport.write(b"taken over\n")

    def data_received(self, data: bytes) -> None:
        self._transport.write(data.upper())


class Files(Api):
    """Answers with a body, or with the protocol above."""

    def __init__(self, body: Pieces | bytes) -> None:
        self.body = body

    async def answer(self, request: Request) -> Response:
        return Response(self.body if request.path == "/" else b"small", "text/plain")

    def refusal(self, status: int, text: str) -> Response:
        return Response(text.encode(), "text/plain", status)

    def upgrade(self, request: Request) -> Callable[[], asyncio.Protocol] | None:
        return Echo if request.header(b"upgrade") == "echo" else None


@asynccontextmanager
async def served(body: Pieces | bytes = b"") -> AsyncIterator[int]:
    """Serve; the port. The kernel takes little for who does not read."""
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16384)
    clients: set[Connection] = set()
    api = Files(body)
    server = await asyncio.get_running_loop().create_server(
        lambda: Connection(api, clients), sock=listening
    )
    yield listening.getsockname()[1]
    server.close()
    for client in list(clients):
        client.leave()


async def talk(port: int, said: bytes, *, reads: bool = True) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(said)
    async with asyncio.timeout(TIMEOUT_SECONDS):
        heard = await reader.read(-1) if reads else b""
    writer.close()
    return heard


async def test_a_body_in_pieces_and_what_was_asked_after_it() -> None:
    body = Pieces(40)
    async with served(body) as port:
        said = b"GET / HTTP/1.1\r\n\r\nGET /x HTTP/1.1\r\nConnection: close\r\n\r\n"
        head, _, rest = (await talk(port, said)).partition(b"\r\n\r\n")
        assert b"content-length: %d" % body.length in head
        assert rest[: body.length] == b"".join(bytes([n]) * 65536 for n in range(1, 41))
        assert rest[body.length :].startswith(b"HTTP/1.1 200 OK")
        assert rest.endswith(b"small")
        assert body.closed == 1


async def test_a_head_reads_nothing_of_it() -> None:
    body = Pieces(40)
    async with served(body) as port:
        heard = await talk(port, b"HEAD / HTTP/1.1\r\nConnection: close\r\n\r\n")
        assert b"content-length: %d" % body.length in heard
        assert heard.endswith(b"\r\n\r\n")
        assert (body.given, body.closed) == (0, 1)


async def test_no_more_is_read_than_the_client_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """And who takes nothing for too long is cut off, with the file closed."""
    monkeypatch.setattr(connection, "_PATIENCE_SECONDS", 0.5)
    body = Pieces(2000)
    async with served(body) as port:
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.setblocking(False)
            await asyncio.get_running_loop().sock_connect(client, ("127.0.0.1", port))
            await asyncio.get_running_loop().sock_sendall(client, b"GET / HTTP/1.1\r\n\r\n")
            async with asyncio.timeout(TIMEOUT_SECONDS):
                while not body.closed:
                    await asyncio.sleep(0.01)
        assert body.given < 20


async def test_a_file_that_cannot_be_read_ends_the_connection() -> None:
    """So that the client knows that it has not all of it."""
    body = Pieces(40, fails_after=2)
    async with served(body) as port:
        heard = b""
        with contextlib.suppress(ConnectionError):
            heard = await talk(port, b"GET / HTTP/1.1\r\n\r\n")
        assert len(heard) < body.length
        assert body.closed == 1


async def test_another_protocol_takes_over() -> None:
    """With what the client said before it was asked to."""
    async with served() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /x HTTP/1.1\r\n\r\n")
        writer.write(b"GET / HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\nearly ")
        async with asyncio.timeout(TIMEOUT_SECONDS):
            heard = await reader.readuntil(b"taken over\nEARLY ")
            assert heard.startswith(b"HTTP/1.1 200 OK")
            writer.write(b"late")
            assert await reader.readexactly(4) == b"LATE"
        writer.close()


async def test_an_upgrade_that_is_not_wanted_is_answered() -> None:
    async with served() as port:
        said = b"GET /x HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\nrest"
        heard = await talk(port, said)
        assert heard.endswith(b"small")
        assert b"connection: close" in heard


async def test_who_has_hung_up_meanwhile_costs_no_line(caplog: pytest.LogCaptureFixture) -> None:
    """A client that leaves between its last question and the answer."""
    go = asyncio.Event()

    class Slow(Files):
        async def answer(self, request: Request) -> Response:
            await go.wait()
            return Response(b"", "text/plain", 304)

    made: list[Connection] = []
    gone: list[Connection] = []

    class Watched(Connection):
        def _send(self, response: Response, *, is_head: bool = False) -> None:
            client.close()
            gone.append(self)
            super()._send(response, is_head=is_head)

    def make() -> Connection:
        made.append(Watched(Slow(b""), set()))
        return made[-1]

    server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0)
    client = socket.create_connection(server.sockets[0].getsockname())
    client.sendall(b"HEAD / HTTP/1.1\r\nconnection: close\r\n\r\n")
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while not made or made[0]._task is None:
            await asyncio.sleep(0.001)
        go.set()
        while not gone:
            await asyncio.sleep(0.001)
    await asyncio.sleep(0)
    for each in made:
        each.leave()
    server.close()
    assert caplog.records == []


@pytest.mark.parametrize("is_behind", [False, True])
async def test_who_has_gone_is_answered_no_more(
    caplog: pytest.LogCaptureFixture, is_behind: bool
) -> None:
    """With an RST, behind two hundred questions whose answers are at hand.

    Also where it goes just when it has read all that it was owed.
    """
    size = 500_000 if is_behind else 0
    answer = b"content-length: %d\r\n\r\n" % size + bytes(size)

    class Kept(Files):
        def kept(self, request: Request) -> bytes:
            return answer

    class Watched(Connection):
        def resume_writing(self) -> None:
            go()
            super().resume_writing()

    def go() -> None:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()

    clients: set[Connection] = set()
    server = await asyncio.get_running_loop().create_server(
        lambda: Watched(Kept(b""), clients), "127.0.0.1", 0
    )
    client = socket.create_connection(server.sockets[0].getsockname())
    client.setblocking(False)
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while not clients:
            await asyncio.sleep(0)
        client.send(b"GET / HTTP/1.1\r\n\r\n" * 200)
        if not is_behind:
            go()
        while clients:
            with contextlib.suppress(OSError):
                client.recv(65536)
            await asyncio.sleep(0)
    await asyncio.sleep(0)
    server.close()
    assert caplog.records == []
