"""What clients may say, and what they are answered."""

import asyncio
import logging
import re
import socket
import time

import psutil
import pytest

from shared.http import connection
from shared.testing import TIMEOUT_SECONDS, eventually
from tests.stats.http_client import api, hear, served

LAST = b"GET /nope HTTP/1.1\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (b"nonsense\r\n\r\n", b"no HTTP request"),
        (b"GET /stats HTTP/1.1\r\nno header\r\n\r\n", b"no HTTP request"),
        (b"GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", b"no HTTP"),
        (b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", b"no HTTP request"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"no HTTP request"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"no HTTP request"),
        (b"GET /stats HTTP/1.1\r\nX: " + b"x" * 200_000, b"too large"),
        (b"GET /stats HTTP/1.1\r\n" + b"X: y\r\n" * 40_000, b"too large"),
        (b"GET /" + b"x" * 200_000, b"too large"),
        (b"POST / HTTP/1.1\r\nContent-Length: 200000\r\n\r\n" + b"x" * 200_000, b"too large"),
        (b"GET http:// HTTP/1.1\r\nConnection: close\r\n\r\n", b"no URL"),
        (b"CONNECT localhost:80 HTTP/1.1\r\n\r\n", b"no URL"),
    ],
)
async def test_requests_that_are_none_or_huge(
    said: bytes, text: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """Are told why, with the headers of every answer, and cut off; they fill no log."""
    async with api() as client:
        heard = await hear(client, said)
        assert heard.startswith(b"HTTP/1.1 400 Bad Request\r\n")
        assert b"x-content-type-options: nosniff\r\n" in heard
        assert b"connection: close\r\n" in heard
        assert text in heard.partition(b"\r\n\r\n")[2]
        assert heard.count(b"HTTP/1.1 ") == 1
        assert (await client.ask("/health"))[0] == 200
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_what_was_asked_before_nonsense_is_answered() -> None:
    async with api() as client:
        said = b"GET /health HTTP/1.1\r\n\r\nGET /stats HTTP/1.1\r\n\r\nnonsense\r\n\r\n"
        assert re.findall(rb"HTTP/1.1 (\d+)", await hear(client, said)) == [b"200", b"200", b"400"]


async def test_one_connection_serves_many_requests_at_once() -> None:
    """Without a pause between two answers, as sockets without TCP_NODELAY would have."""
    async with api(pistat_rate_limit_enabled=False) as client:

        def seconds() -> float:
            began = time.monotonic()
            with socket.create_connection(("127.0.0.1", client.port), TIMEOUT_SECONDS) as peer:
                for _ in range(50):
                    peer.sendall(b"GET /health HTTP/1.1\r\n\r\n" * 2)
                    heard = b""
                    while heard.count(b"}\n") < 2:
                        heard += peer.recv(65536)
            return time.monotonic() - began

        assert await asyncio.to_thread(seconds) < 1


@pytest.mark.parametrize("size", [1, 7, 4096])
async def test_pipelined_requests_are_answered_in_order(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kept answers, which are written at once, do not overtake others; however they arrive."""
    monkeypatch.setattr(connection, "_PIECE_BYTES", size)
    async with api(pistat_cache_seconds=60) as client:
        asked = ["/stats", "/health", "/stats", "/nope", "/stats"]
        said = "".join(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n" for path in asked)
        said += "GET /stats HTTP/1.1\r\nConnection: close\r\n\r\n"
        await client.ask("/stats")
        heard = await hear(client, said.encode())
        kinds = re.findall(rb'HTTP/1.1 (\d+)[^{<]*\r\n\r\n(<!doctype|{"\w+)', heard)
        stats = (b"200", b'{"clocks')
        assert kinds == [
            stats, (b"200", b'{"memory_usage'), stats, (b"404", b"<!doctype"), stats, stats,
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "status", "goes_on"),
    [
        (b"GET /stats HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody", 200, True),
        (b"GET /stats HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n", 200,
         True),
        (b"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nxy\r\n0\r\nX: y\r\n\r\n", 405,
         True),
        (b"GET /stats HTTP/1.1\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n", 200, False),
        (b"GET /stats HTTP/1.0\r\n\r\n", 200, False),
        (b"GET /stats HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 200, False),
        (b"GET /stats\r\n\r\n", 200, False),
        (b"GET /stats HTTP/1.1\r\nConnection: close\r\n\r\n", 200, False),
        (b"HEAD /stats HTTP/1.1\r\n\r\n", 200, True),
        (b"GET /stats HTTP/1.1\r\n\r\n", 200, True),
        (b"\r\nGET /stats HTTP/1.1\r\n\r\n", 200, True),
        (b"GET http://some.host:80/stats HTTP/1.1\r\n\r\n", 200, True),
        (b"GET /%73tats?fields HTTP/1.1\r\n\r\n", 200, True),
        (b"OPTIONS * HTTP/1.1\r\n\r\n", 200, True),
        # Its body is neither wanted nor waited for
        (b"POST /stats HTTP/1.1\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n", 405, False),
    ],
)  # fmt: skip
async def test_unusual_requests(said: bytes, status: int, goes_on: bool) -> None:
    """Are answered as any other, and the connection goes on where it may."""
    async with api(pistat_cache_seconds=60) as client:
        await client.ask("/stats")
        heard = await hear(client, said + LAST)
        first, *others = re.findall(rb"HTTP/1.1 (\d+)", heard)
        assert (int(first), others) == (status, [b"404"] if goes_on else [])
        assert heard.count(b"connection: close\r\n") == 1
        assert heard.count(b'{"clocks"') == (said.lstrip().startswith(b"GET"))


async def test_who_says_no_more_still_gets_its_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client may close its side when it has asked; then the connection ends at once."""
    monkeypatch.setattr(connection, "_PATIENCE_SECONDS", 2 * TIMEOUT_SECONDS)
    async with api() as client:
        await client.ask("/health")
        own = psutil.Process()
        await asyncio.to_thread(eventually, lambda: served(client.port) == 0)
        before = own.num_fds()
        client.machine.go.clear()

        def ask() -> bytes:
            with socket.create_connection(("127.0.0.1", client.port), TIMEOUT_SECONDS) as peer:
                peer.sendall(b"GET /stats HTTP/1.1\r\n\r\n")
                peer.shutdown(socket.SHUT_WR)
                heard = b""
                while part := peer.recv(65536):
                    heard += part
                return heard

        asking = asyncio.create_task(asyncio.to_thread(ask))
        await asyncio.to_thread(eventually, lambda: client.machine.readings)
        client.machine.go.set()
        assert b'{"clocks"' in await asking
        await asyncio.to_thread(eventually, lambda: own.num_fds() <= before)


async def test_an_error_in_the_program_is_500(caplog: pytest.LogCaptureFixture) -> None:
    """With its trace in our log alone; the connection and the service go on."""
    async with api() as client:
        client.machine.fault = KeyError("secret")
        heard = await hear(client, b"GET /stats HTTP/1.1\r\n\r\n" + LAST)
        assert re.findall(rb"HTTP/1.1 (\d+)", heard) == [b"500", b"404"]
        assert b"secret" not in heard
        client.machine.fault = None
        assert (await client.ask("/stats"))[0] == 200
    errors = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert [str(record.exc_info and record.exc_info[1]) for record in errors] == ["'secret'"]
