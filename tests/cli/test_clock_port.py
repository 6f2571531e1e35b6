"""A server that is no clock, as a client meets it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from websockets.asyncio.server import ServerConnection, serve

from mantel import clock_port
from mantel.clock_port import Address, ClockError, connected
from shared.testing import TIMEOUT_SECONDS


@contextlib.asynccontextmanager
async def server(said: str | bytes | None) -> AsyncIterator[Address]:
    """Say one thing, or hang up."""

    async def converse(connection: ServerConnection) -> None:
        if said is None:
            await connection.close(1013, "try again later")
        else:
            await connection.send(said)
            await connection.wait_closed()

    async with serve(converse, "127.0.0.1", 0) as running:
        yield Address("127.0.0.1", running.sockets[0].getsockname()[1])


async def test_text_comes_through() -> None:
    async with server("TZN:CET") as address, connected(address) as port:
        assert await port.hear() == "TZN:CET"


async def test_one_that_hangs_up() -> None:
    async with server(None) as address, connected(address) as port:
        with pytest.raises(ClockError, match=r"closed the connection \(try again later\)"):
            await port.hear()
        with pytest.raises(ClockError, match="closed the connection"):
            await port.say("PING")


async def test_one_that_speaks_binary() -> None:
    async with server(b"\xff") as address, connected(address) as port:
        with pytest.raises(ClockError, match="is it a clock"):
            await port.hear()


async def test_one_that_falls_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock_port, "_SILENT_SECONDS", 0.1)
    async with server("TZN:CET") as address, connected(address) as port:
        await port.hear()
        with pytest.raises(ClockError, match="says nothing"):
            await port.hear()


async def test_one_that_speaks_no_websocket() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as other:
        address = Address("127.0.0.1", other.sockets[0].getsockname()[1])
        with pytest.raises(ClockError, match="is it a clock"):
            async with asyncio.timeout(TIMEOUT_SECONDS), connected(address):
                pass
