"""The port of the HTTP API, with real sockets."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator
from datetime import UTC
from pathlib import Path

import pytest

from media.database import Database
from media.display.registry import Registry
from media.display.store import DisplayStore
from media.http import server
from media.http.app import App
from media.http.server import serve_http
from shared.testing import TIMEOUT_SECONDS, free_port


@contextlib.asynccontextmanager
async def serving(tmp_path: Path, port: int) -> AsyncIterator[asyncio.Task[None]]:
    """Serve an empty registry."""
    async with Database(tmp_path / "media.sqlite") as database:
        registry = Registry(DisplayStore(database), "open", UTC)
        await registry.load()
        task = asyncio.create_task(serve_http(App(registry, {}), "127.0.0.1", port))
        yield task
        task.cancel()
        await asyncio.wait([task])


async def said(caplog: pytest.LogCaptureFixture, text: str) -> None:
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while text not in caplog.text:
            await asyncio.sleep(0.01)


async def ask(port: int, request: bytes) -> bytes:
    """Return all that comes back until the connection ends."""
    async with asyncio.timeout(TIMEOUT_SECONDS):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request)
        answer = await reader.read()
        writer.close()
        return answer


async def test_a_taken_port_is_said_once_and_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Alarms ring meanwhile, so nothing ends."""
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(server, "_AGAIN_SECONDS", 0.01)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        async with serving(tmp_path, port) as task:
            await said(caplog, "set MEDIA_HTTP_PORT")
            await asyncio.sleep(0.1)
            assert not task.done()
            assert caplog.text.count("cannot be opened") == 1
            other.close()
            await said(caplog, f"HTTP API on port {port}")
            assert b"200 OK" in await ask(port, b"GET /health HTTP/1.0\r\n\r\n")


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (b"hello\r\n\r\n", b"HTTP/1.1 400"),
        (b"POST /api/display/bootstrap HTTP/1.0\r\nContent-Length: -1\r\n\r\n", b"HTTP/1.1 400"),
    ],
)
async def test_nonsense_is_cut_off(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, request_: bytes, answer: bytes
) -> None:
    """With an answer, and without a line in the log."""
    caplog.set_level(logging.INFO)
    port = free_port()
    async with serving(tmp_path, port):
        await said(caplog, "HTTP API on port")
        caplog.clear()
        assert (await ask(port, request_)).startswith(answer)
        assert caplog.text == ""


async def test_a_request_without_end_is_cut_off(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Long before it has taken much memory."""
    caplog.set_level(logging.INFO)
    port = free_port()
    async with serving(tmp_path, port), asyncio.timeout(TIMEOUT_SECONDS):
        await said(caplog, "HTTP API on port")
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /health HTTP/1.1\r\n")
        sent = 0
        with contextlib.suppress(ConnectionError):
            while sent < 64_000_000:
                writer.write(b"X: " + b"x" * 9_995 + b"\r\n")
                await writer.drain()
                sent += 10_000
        assert sent < 64_000_000
        writer.close()


async def test_who_does_not_finish_a_request_is_cut_off(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without an answer, in its head or in its body."""
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(server, "_REQUEST_SECONDS", 0.2)
    port = free_port()
    async with serving(tmp_path, port):
        await said(caplog, "HTTP API on port")
        for request in (b"GET /hea", b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx"):
            with contextlib.suppress(ConnectionResetError):
                assert b"200" not in await ask(port, request)


async def test_ending_closes_what_is_open(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """At once, though a client holds its connection."""
    caplog.set_level(logging.INFO)
    port = free_port()
    async with serving(tmp_path, port) as task:
        await said(caplog, "HTTP API on port")
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
        assert b"200" in await reader.readline()
        task.cancel()
        async with asyncio.timeout(TIMEOUT_SECONDS):
            await asyncio.wait([task])
            assert b"success" in await reader.read()
        writer.close()
