"""The same bytes to real sockets."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest

from shared.testing import TIMEOUT_SECONDS
from ws_bridge.host import Host
from ws_bridge.line import Line
from ws_bridge.multicast import Multicast

REQUEST = (
    b"GET / HTTP/1.1\r\nHost: hub\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
PING = b"\x89\x00"


class Port(Host[Line]):
    """Lines that are written to from their handshake until they leave."""

    def __init__(self) -> None:
        self.lines: Multicast[Line] = Multicast()
        self.full: list[Line] = []

    def arrive(self, line: Line) -> None:
        pass

    def hear(self, line: Line, message: str | bytes) -> None:
        pass

    def open(self, line: Line) -> None:
        line.set_timer(None)

    def greet(self, line: Line) -> None:
        self.lines.add(line)

    def fill(self, line: Line) -> None:
        self.full.append(line)

    def drain(self, line: Line) -> None:
        self.full.remove(line)

    def leave(self, line: Line) -> None:
        self.lines.remove(line)


@pytest.fixture
async def port() -> AsyncIterator[tuple[Port, int]]:
    port = Port()
    loop = asyncio.get_running_loop()
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    server = await loop.create_server(lambda: Line(port, 1000, 10_000, 5), sock=listening)
    yield port, listening.getsockname()[1]
    server.close()
    for line in port.lines.outlets():
        line.abort()
    await until(lambda: not len(port.lines))


async def until(condition) -> None:
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while not condition():
            await asyncio.sleep(0.002)


async def join(number: int, *, size: int = 1 << 20) -> socket.socket:
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, size)
    client.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(client, ("127.0.0.1", number))
    await loop.sock_sendall(client, REQUEST)
    said = b""
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while not said.endswith(b"\r\n\r\n"):
            said += await loop.sock_recv(client, 1)
    return client


async def read(client: socket.socket, size: int) -> bytes:
    said = b""
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while len(said) < size:
            piece = await asyncio.get_running_loop().sock_recv(client, size - len(said))
            assert piece, f"ended after {len(said)} of {size} bytes"
            said += piece
    return said


async def test_nothing_overtakes_what_is_owed(port: tuple[Port, int]) -> None:
    """Neither of a write that the socket took a part of, nor of what the line itself has to say."""
    lines, number = port[0].lines, port[1]
    with await join(number, size=2048) as slow, await join(number) as other:
        await until(lambda: len(lines) == 2)
        (line, _) = lines.outlets()
        told = b""
        for step in range(200):
            data = bytes([step]) * 500
            lines.write(data)
            told += data
            if step == 150:
                assert line.owes
                assert port[0].full == [line]
            if step % 50 == 49:
                line.write(PING)
                told += PING
        assert await read(other, 100_000) == told.replace(PING, b"")
        for start in range(0, len(told), 5000):  # read slowly: the line drains in between
            assert await read(slow, len(told[start : start + 5000])) == told[start : start + 5000]
        await until(lambda: not line.owes)
        assert port[0].full == []
        lines.write(b"more")
        assert await read(slow, 4) == b"more"


async def test_who_has_gone_costs_the_others_nothing(port: tuple[Port, int]) -> None:
    """Hung up in the middle, with what was sent unread: the others get every byte."""
    lines, number = port[0].lines, port[1]
    leaving, staying = await join(number), await join(number)
    await until(lambda: len(lines) == 2)
    lines.write(b"1")
    leaving.close()
    for _ in range(10):
        lines.write(b"2")
    await until(lambda: len(lines) == 1)
    lines.write(b"3")
    assert await read(staying, 12) == b"1" + 10 * b"2" + b"3"
    staying.close()
    await until(lambda: len(lines) == 0)


async def test_nothing_follows_a_goodbye(port: tuple[Port, int]) -> None:
    """Of either side."""
    lines, number = port[0].lines, port[1]
    with await join(number) as client, await join(number) as other:
        await until(lambda: len(lines) == 2)
        client.send(b"\x88\x80\x00\x00\x00\x00")
        lines.outlets()[1].end(1001)
        for _ in range(20):
            lines.write(b"frame")
            await asyncio.sleep(0)
        for each, goodbye in ((client, b"\x88\x00"), (other, b"\x88\x02\x03\xe9")):
            said = b""
            async with asyncio.timeout(TIMEOUT_SECONDS):
                while piece := await asyncio.get_running_loop().sock_recv(each, 65536):
                    said += piece
            assert said.endswith(goodbye)
            assert said.replace(b"frame", b"") == goodbye


async def test_what_waits_goes_out_whole_before_the_goodbye(port: tuple[Port, int]) -> None:
    """Also when the socket takes only a part of it at once."""
    host, number = port
    leave = host.leave

    def write_and_leave(line: Line) -> None:
        host.lines.write(b"y" * 200_000)
        leave(line)

    host.leave = write_and_leave  # type: ignore[method-assign]
    with await join(number, size=2048) as slow:
        await until(lambda: len(host.lines) == 1)
        (line,) = host.lines.outlets()
        line.end(1001)
        told = await read(slow, 200_004)
    assert told == b"y" * 200_000 + b"\x88\x02\x03\xe9"
