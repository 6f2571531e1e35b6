"""What a client can do to its own connection: an end at a bad moment, or too much at once."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Callable

import pytest

from shared.testing import TIMEOUT_SECONDS
from ws_bridge.host import Host
from ws_bridge.line import Line

REQUEST = (
    b"GET / HTTP/1.1\r\nHost: hub\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
)
WORD, PONG = b"\x81\x81\x00\x00\x00\x001", b"\x8a\x80\x00\x00\x00\x00"
CLOSE, CLOSED = b"\x88\x80\x00\x00\x00\x00", b"\x88\x00"


class Port(Host[Line]):
    """Greets, and does with a word what a test says."""

    line: Line
    address: tuple[str, int]

    def __init__(self) -> None:
        self.do: Callable[[Line], asyncio.Future[None] | None] = lambda _: None
        self.when_drained: Callable[[Line], None] = lambda _: None
        self.heard = 0
        self.is_greeted = self.is_left = False

    def arrive(self, line: Line) -> None:
        self.line = line

    def open(self, line: Line) -> None:
        line.set_timer(None)

    def greet(self, line: Line) -> None:
        line.write(b"hello")
        self.is_greeted = True

    def hear(self, line: Line, message: str | bytes) -> "asyncio.Future[None] | None":
        self.heard += 1
        return self.do(line)

    def fill(self, line: Line) -> None:
        pass

    def drain(self, line: Line) -> None:
        self.when_drained(line)

    def leave(self, line: Line) -> None:
        self.is_left = True


@pytest.fixture
async def port(caplog: pytest.LogCaptureFixture) -> AsyncIterator[Port]:
    """Return a port to which one client comes; whatever it does, asyncio has nothing to report."""
    port = Port()
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Line(port, 1000, 10_000, 5), sock=listening)
    port.address = listening.getsockname()
    yield port
    server.close()
    port.line.abort()
    await asyncio.wait_for(port.line.gone, TIMEOUT_SECONDS)
    assert not [*caplog.get_records("call"), *caplog.get_records("teardown")]


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while not condition():
            await asyncio.sleep(0.002)


async def connect(port: Port, said: bytes, *, buffer: int = 1 << 20) -> socket.socket:
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    client.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(client, port.address)
    await loop.sock_sendall(client, said)
    return client


async def rest(client: socket.socket) -> bytes:
    """Return all that is said until the other side hangs up."""
    said = b""
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while piece := await asyncio.get_running_loop().sock_recv(client, 65536):
            said += piece
    return said


async def test_it_is_sent_away_for_what_it_said_before_its_own_goodbye(port: Port) -> None:
    """Both came at once: it hears why, then its goodbye is answered."""
    port.do = lambda line: line.end(4400, last=b"why")
    with await connect(port, REQUEST + b"\r\n" + WORD + CLOSE) as client:
        assert (await rest(client)).endswith(b"hello" + b"why" + CLOSED)


async def test_it_is_sent_away_while_its_goodbye_waits_to_be_read(port: Port) -> None:
    """By somebody else, behind whose work an error would be a fault of the service."""
    forever: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    port.do = lambda _: forever
    with await connect(port, REQUEST + b"\r\n" + WORD + CLOSE) as client:
        await until(lambda: port.heard)
        port.line.end(4403, last=b"why")
        assert (await rest(client)).endswith(b"hello" + b"why" + CLOSED)


@pytest.mark.parametrize("end", [CLOSE, b""], ids=["goodbye", "end of the stream"])
async def test_what_is_written_to_who_has_gone_is_lost(port: Port, end: bytes) -> None:
    """An answer that took its time is no error."""
    with await connect(port, REQUEST + b"\r\n" + end) as client:
        if not end:
            client.shutdown(socket.SHUT_WR)
        await until(lambda: port.is_left)
        port.line.write(b"late")
        assert (await rest(client)).endswith(b"hello" + (CLOSED if end else b""))


@pytest.mark.parametrize("end", [CLOSE, b""], ids=["goodbye", "end of the stream"])
async def test_the_end_of_who_is_full_waits_until_it_has_read(port: Port, end: bytes) -> None:
    """It gets all, and the connection is closed once."""
    with await connect(port, REQUEST + b"\r\n", buffer=2048) as client:
        await until(lambda: port.is_greeted)
        sent = 0
        while not port.line.is_full:
            port.line.write(b"x" * 5000)
            sent += 5000
        await asyncio.get_running_loop().sock_sendall(client, end)
        client.shutdown(socket.SHUT_WR)
        said = await rest(client)
        assert said.endswith(b"hello" + b"x" * sent + (CLOSED if end else b""))
        await asyncio.wait_for(asyncio.shield(port.line.gone), TIMEOUT_SECONDS)


async def test_it_is_cut_off_when_it_has_just_read_all(port: Port) -> None:
    """As by an error in what it is told then: the connection is closed once."""
    port.when_drained = lambda line: line.abort()
    with await connect(port, REQUEST + b"\r\n", buffer=2048) as client:
        await until(lambda: port.is_greeted)
        while not port.line.is_full:
            port.line.write(b"x" * 5000)
        with contextlib.suppress(ConnectionError):
            await rest(client)
        await asyncio.wait_for(asyncio.shield(port.line.gone), TIMEOUT_SECONDS)


@pytest.mark.parametrize("more", [b"", b"X-Long: %s\r\n" % (b"x" * 5000) * 4])
@pytest.mark.parametrize("shift", range(3))
async def test_what_comes_with_the_request_comes_after_it(
    port: Port, more: bytes, shift: int
) -> None:
    """However much it is, and where its pieces end: the answer to the request is the first."""
    request = REQUEST + more
    pad = (-len(request) - len(b"X: \r\n\r\n") + shift) % 4096  # the blank line is cut in two
    request += b"X: %s\r\n\r\n" % (b"x" * pad)
    with await connect(port, request + WORD + CLOSE + b"\xff" * 20_000) as client:
        said = await rest(client)
    assert said.startswith(b"HTTP/1.1 101 ")
    assert said.endswith(b"\r\n\r\nhello" + CLOSED)
    assert port.heard == 1


async def test_a_pong_behind_what_is_read_later_is_no_silence(port: Port) -> None:
    """Who says much at once is not cut off for it; who does not answer is."""
    waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    port.do = lambda _: waiting
    with await connect(port, REQUEST + b"\r\n" + WORD + PONG) as client:
        await until(lambda: port.heard)
        port.line.ping()
        port.line.ping()
        assert port.line.is_open
        waiting.set_result(None)
        await until(lambda: not port.line._awaits_pong)
        port.line.ping()
        assert port.line.is_open
        port.line.ping()
        await until(lambda: port.is_left)
        assert (await rest(client)).count(b"\x89\x00") == 2


def reset(client: socket.socket) -> None:
    """Go without a word: what was not read is thrown away, and the other side hears an RST."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


async def test_it_goes_while_the_last_that_it_is_owed_is_sent(port: Port) -> None:
    """Between the bytes and the end that follows them."""
    client = await connect(port, REQUEST + b"\r\n", buffer=2048)
    await until(lambda: port.is_greeted)
    while not port.line.owes:
        port.line.write(b"x" * 1000)
    is_drained = asyncio.Event()

    def drain() -> None:
        reset(client)
        is_drained.set()
        Line.resume_writing(port.line)

    port.line.resume_writing = drain  # type: ignore[method-assign]
    await asyncio.get_running_loop().sock_sendall(client, CLOSE)
    await until(lambda: port.is_left)
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while not is_drained.is_set():
            with contextlib.suppress(BlockingIOError):
                client.recv(65536)
            await asyncio.sleep(0)
        await port.line.gone


async def test_who_is_gone_is_written_no_more(port: Port) -> None:
    """Neither asyncio nor anybody else says so for each of a thousand frames."""

    def answer(line: Line) -> None:
        for _ in range(10):
            line.write(b"answer")

    port.do = answer
    client = await connect(port, REQUEST + b"\r\n")
    await until(lambda: port.is_greeted)
    await asyncio.get_running_loop().sock_sendall(client, WORD)
    reset(client)
    await until(lambda: port.is_left)
