"""How long a client is waited for, and how much is kept for one that does not read."""

import asyncio
import socket
import time

import pytest

from shared.http import connection
from shared.testing import TIMEOUT_SECONDS, eventually
from stats.http_api import HttpApi
from tests.stats.http_client import api, hear, served

LAST = b"GET /nope HTTP/1.1\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize(
    "said",
    [b"", b"GET /stats HT", b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf", b"\r\n" * 9],
)
async def test_slow_clients_are_dropped(said: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the first byte, and in the middle."""
    monkeypatch.setattr(connection, "_PATIENCE_SECONDS", 0.2)
    async with api() as client:
        assert await hear(client, said) == b""


async def test_a_byte_now_and_then_does_not_help(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time is that of the whole request."""
    monkeypatch.setattr(connection, "_PATIENCE_SECONDS", 0.3)

    def trickle(port: int) -> float:
        began = time.monotonic()
        with socket.create_connection(("127.0.0.1", port)) as peer:
            peer.settimeout(0.02)
            peer.sendall(b"GET / HTTP/1.1\r\nX: ")
            while time.monotonic() - began < TIMEOUT_SECONDS:
                try:
                    peer.sendall(b"x")
                    assert peer.recv(100) == b""
                    break
                except TimeoutError:
                    continue
                except ConnectionError:
                    break
        return time.monotonic() - began

    async with api() as client:
        assert await asyncio.to_thread(trickle, client.port) < TIMEOUT_SECONDS / 2


async def test_an_idle_connection_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_PATIENCE_SECONDS", 0.2)
    async with api() as client:
        heard = await hear(client, b"GET /health HTTP/1.1\r\n\r\n")
        assert heard.startswith(b"HTTP/1.1 200")
        assert b"connection: close" not in heard


async def test_who_waits_for_a_slow_answer_is_not_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_PATIENCE_SECONDS", 0.2)
    async with api() as client:
        assert (await client.ask("/stats?block=true"))[0] == 200


def ask_much(port: int, path: str) -> socket.socket:
    """Ask for 13 MB, more than all buffers hold, and read nothing of it."""
    peer = socket.socket()
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    peer.settimeout(TIMEOUT_SECONDS)
    peer.connect(("127.0.0.1", port))
    peer.sendall(f"GET {path} HTTP/1.1\r\n\r\n".encode() * (500 if "api" in path else 12_000))
    return peer


@pytest.mark.parametrize("path", ["/openapi.json", "/stats"])
async def test_a_client_that_reads_nothing_is_dropped(
    path: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """With what it has asked for: it is neither computed nor kept in memory."""
    monkeypatch.setattr(connection, "_PATIENCE_SECONDS", 0.5)
    limits = {"pistat_rate_limit_enabled": False, "pistat_cache_seconds": 60}
    async with api(pistat_debug=True, **limits) as client:
        await client.ask("/stats")
        peer = await asyncio.to_thread(ask_much, client.port, path)
        await asyncio.to_thread(eventually, lambda: served(client.port) == 0)
        peer.close()
        assert (await client.ask("/health"))[0] == 200
    answered = sum(path in record.getMessage() for record in caplog.records)
    assert 0 < answered < (400 if "api" in path else 9000)


@pytest.mark.parametrize("path", ["/openapi.json", "/stats"])
async def test_a_client_that_reads_late_gets_everything(path: str) -> None:
    async with api(pistat_rate_limit_enabled=False, pistat_cache_seconds=60) as client:
        await client.ask("/stats")
        peer = await asyncio.to_thread(ask_much, client.port, path)
        await client.ask("/health")

        def read() -> int:
            peer.sendall(LAST)
            heard = bytearray()
            while part := peer.recv(1 << 20):
                heard += part
            return heard.count(b"HTTP/1.1 200 OK\r\n")

        assert await asyncio.to_thread(read) == (500 if "api" in path else 12_000)
        peer.close()


async def test_too_many_connections_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """And those that are there go on; far too many are not even told."""
    monkeypatch.setattr(HttpApi, "most_connections", 4)
    async with api() as client:
        idle = [socket.create_connection(("127.0.0.1", client.port)) for _ in range(6)]
        status, headers, _ = await client.ask("/health")
        assert status == 503
        assert headers["x-frame-options"] == "DENY"
        assert headers["connection"] == "close"
        idle += [socket.create_connection(("127.0.0.1", client.port)) for _ in range(9)]
        await asyncio.to_thread(eventually, lambda: served(client.port) == 8)
        for peer in idle:
            peer.close()

        def is_served() -> bool:
            try:
                return client.get("/health")[0] == 200
            except ConnectionError:
                return False

        await asyncio.to_thread(eventually, is_served)


async def test_a_busy_connection_is_not_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long it lasts."""
    monkeypatch.setattr(connection, "_PATIENCE_SECONDS", 0.2)
    async with api(pistat_rate_limit_enabled=False, pistat_cache_seconds=60) as client:
        await client.ask("/stats")

        def ask(path: bytes) -> None:
            until = time.monotonic() + 0.6
            with socket.create_connection(("127.0.0.1", client.port), TIMEOUT_SECONDS) as peer:
                while time.monotonic() < until:
                    peer.sendall(b"GET " + path + b" HTTP/1.1\r\n\r\n")
                    assert peer.recv(65536).startswith(b"HTTP/1.1 ")

        for path in (b"/stats", b"/nope"):
            await asyncio.to_thread(ask, path)


async def test_one_that_is_refused_may_go_on_sending() -> None:
    """Else its own error would hide ours."""

    def send(port: int) -> bytes:
        with socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS) as peer:
            peer.sendall(b"POST / HTTP/1.1\r\nContent-Length: 9999999\r\n\r\n" + b"x" * 40_000)
            heard = b""
            while part := peer.recv(65536):
                heard += part
            for _ in range(20):
                peer.sendall(b"x" * 65536)
            return heard

    async with api() as client:
        assert (await asyncio.to_thread(send, client.port)).startswith(b"HTTP/1.1 400")
        await asyncio.to_thread(eventually, lambda: served(client.port) == 0)


async def test_one_that_asks_without_end_is_not_listened_to() -> None:
    """While it reads no answers; its requests wait at its side."""

    def send(port: int) -> int:
        peer, sent = ask_much(port, "/stats"), 0
        peer.settimeout(0.5)
        try:
            while sent < 64 << 20:
                sent += peer.send(b"GET /stats HTTP/1.1\r\n\r\n" * 2000)
        except TimeoutError:
            pass
        peer.close()
        return sent

    async with api(pistat_rate_limit_enabled=False, pistat_cache_seconds=60) as client:
        await client.ask("/stats")
        assert await asyncio.to_thread(send, client.port) < 64 << 20
