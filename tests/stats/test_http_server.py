"""The HTTP API on a real port, over machines that fail and clients that misbehave."""

import asyncio
import gzip
import http.client
import json
import logging
import re
import socket
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from shared.errors import StartError
from shared.testing import TIMEOUT_SECONDS, eventually, free_port
from stats import http_server
from stats.http_api import HttpApi
from stats.http_server import serve_http
from stats.machine import MockMachine
from stats.monitor import Monitor
from stats.openapi import document
from stats.settings import Settings
from stats.snapshot import Snapshot


class Machine(MockMachine):
    """An invented machine that counts its readings, and fails or waits when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.readings = 0
        self.fault: Exception | None = None
        self.go = threading.Event()
        self.go.set()

    def _stats(self) -> Any:
        fault = getattr(self, "fault", None)
        if fault:
            raise fault
        return super()._stats()

    def about(self) -> dict[str, object]:
        self._stats()
        return super().about()

    def snapshot(self) -> Snapshot:
        self.readings += 1
        self.go.wait()
        return super().snapshot()


class Client:
    """Asks by a connection for each request, each in a thread."""

    def __init__(self, port: int, machine: Machine) -> None:
        self.port = port
        self.machine = machine

    def get(
        self, path: str, method: str = "GET", **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_SECONDS)
        try:
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, told, answer.read()
        finally:
            connection.close()

    async def ask(self, path: str, method: str = "GET", **headers: str) -> Any:
        return await asyncio.to_thread(self.get, path, method, **headers)

    async def json(self, path: str) -> Any:
        return json.loads((await self.ask(path))[2])


@asynccontextmanager
async def api(**settings: Any) -> AsyncIterator[Client]:
    port, machine = free_port(), Machine()
    kept = Settings(pistat_host="127.0.0.1", pistat_port=port, **settings)
    serving = asyncio.create_task(serve_http(Monitor(machine, kept), kept))
    client = Client(port, machine)

    def answers() -> bool:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            return False
        return True

    try:
        await asyncio.to_thread(eventually, answers)
        yield client
    finally:
        machine.go.set()
        serving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(serving, 1)


def test_all_paths_are_described() -> None:
    """/openapi.json and the routes name the same."""
    settings = Settings()
    api = HttpApi(Monitor(Machine(), settings), settings)
    assert set(api.paths) == set(document()["paths"])


@pytest.mark.parametrize(
    ("path", "error", "keys"),
    [
        ("/stats", "Failed to collect system statistics", {"error", "details", "timestamp"}),
        ("/processes", "Failed to get process information", {"error", "details"}),
        ("/network/interfaces", "Failed to get network interface information",
         {"error", "details"}),
        ("/storage/devices", "Failed to get storage device information", {"error", "details"}),
        ("/system/config", "Failed to get system configuration", {"error", "details"}),
    ],
)  # fmt: skip
async def test_a_machine_that_cannot_be_read_is_500(
    path: str, error: str, keys: set[str], caplog: pytest.LogCaptureFixture
) -> None:
    """With the older system's words and headers, and one line in the log for many requests."""
    async with api() as client:
        client.machine.fault = OSError("the card is out")
        for _ in range(3):
            status, headers, body = await client.ask(path)
            told = json.loads(body)
            assert status == 500
            assert set(told) == keys
            assert (told["error"], told["details"]) == (error, "the card is out")
            assert headers["content-type"] == "application/json"
            assert headers["x-frame-options"] == "DENY"
        client.machine.fault = None
        assert (await client.ask(path))[0] == 200
    assert sum(record.levelno == logging.WARNING for record in caplog.records) == 1


async def test_health_that_cannot_be_read_is_unhealthy() -> None:
    async with api() as client:
        client.machine.fault = ValueError("no memory")
        status, _, body = await client.ask("/health")
        told = json.loads(body)
        assert status == 500
        assert set(told) == {"status", "error", "timestamp"}
        assert (told["status"], told["error"]) == ("unhealthy", "no memory")


async def test_many_that_ask_at_once_share_one_reading() -> None:
    """And one that leaves does not take it from the others."""
    async with api() as client:
        client.machine.go.clear()
        asked = [asyncio.create_task(client.ask("/stats")) for _ in range(3)]
        await asyncio.to_thread(eventually, lambda: client.machine.readings)
        other = await client.ask("/health")
        assert other[0] == 200, "not delayed"
        client.machine.go.set()
        bodies = {body for _, _, body in await asyncio.gather(*asked)}
        assert len(bodies) == 1
        assert client.machine.readings == 1


async def test_the_cache_lives_as_long_as_it_is_set_to() -> None:
    async with api(pistat_cache_seconds=0) as client:
        for _ in range(3):
            assert (await client.ask("/stats"))[0] == 200
        assert client.machine.readings == 3
    async with api(pistat_cache_seconds=3600) as client:
        for path in ("/stats", "/stats?block=true", "/stats?fields=uptime", "/stats?cache=TRUE"):
            assert (await client.ask(path))[0] == 200
        assert client.machine.readings == 1
        for path in ("/stats?cache=false", "/stats?cache=1", "/stats?cache="):
            assert (await client.ask(path))[0] == 200
        assert client.machine.readings == 4


async def test_gzip_of_the_kept_answer_and_of_others() -> None:
    """The same bytes as without."""
    async with api(pistat_cache_seconds=60) as client:
        for path in ("/stats", "/stats", "/openapi.json"):
            plain = await client.ask(path)
            zipped = await client.ask(path, **{"Accept-Encoding": "br, gzip;q=0.5"})
            assert "content-encoding" not in plain[1]
            assert zipped[1]["content-encoding"] == "gzip"
            assert gzip.decompress(zipped[2]) == plain[2]
            assert len(zipped[2]) == int(zipped[1]["content-length"]) < len(plain[2])


@pytest.mark.parametrize("query", ["a" * 3000, "&" * 3000, "fields=%ff%00&fields=x", "limit=%zz"])
async def test_absurd_parameters(query: str) -> None:
    """Are passed over, or refused in words."""
    async with api(pistat_rate_limit_enabled=False) as client:
        for path in document()["paths"]:
            assert (await client.ask(f"{path}?{query}"))[0] in {200, 400}


async def test_the_first_of_repeated_parameters_counts() -> None:
    async with api() as client:
        assert set(await client.json("/stats?fields=uptime&fields=swap")) == {"uptime"}


def talk(port: int, said: bytes) -> bytes:
    """Say something and return all that is answered until the other side closes."""
    with socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS) as peer:
        heard = b""
        try:
            peer.sendall(said)
            while part := peer.recv(65536):
                heard += part
        except ConnectionError:
            pass
        return heard


@pytest.mark.parametrize(
    "said",
    [
        b"nonsense\r\n\r\n",
        b"GET /stats HTTP/1.1\r\nX: " + b"x" * 200_000,
        b"GET /stats HTTP/1.1\r\n" + b"X: y\r\n" * 40_000,
        b"GET /" + b"x" * 200_000,
        b"GET http:// HTTP/1.1\r\n\r\n",
    ],
)
async def test_requests_that_are_none_or_huge(
    said: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """Are cut off, at most with a 400 and the headers of every answer, and fill no log."""
    async with api() as client:
        heard = await asyncio.to_thread(talk, client.port, said)
        if heard:
            assert heard.startswith(b"HTTP/1.1 400")
            assert b"x-content-type-options: nosniff\r\n" in heard
        assert (await client.ask("/health"))[0] == 200
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.parametrize("said", [b"", b"GET /stats HT", b"POST / HTTP/1.1\r\nContent-Length: 9"])
async def test_slow_clients_are_dropped(said: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the first byte, and in the middle."""
    monkeypatch.setattr(http_server, "_REQUEST_SECONDS", 0.2)
    async with api() as client:
        assert await asyncio.to_thread(talk, client.port, said) == b""


async def test_too_many_connections_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """And those that are there go on."""
    monkeypatch.setattr(http_server, "_MOST_CONNECTIONS", 4)
    async with api() as client:
        idle = [socket.create_connection(("127.0.0.1", client.port)) for _ in range(6)]
        status, headers, _ = await client.ask("/health")
        assert status == 503
        assert headers["x-frame-options"] == "DENY"
        for peer in idle:
            peer.close()

        def is_served() -> bool:
            return client.get("/health")[0] == 200

        await asyncio.to_thread(eventually, is_served)


async def test_one_connection_serves_many_requests_at_once() -> None:
    """Without a pause between them, as sockets without TCP_NODELAY would have."""
    async with api(pistat_rate_limit_enabled=False, pistat_cache_seconds=60) as client:

        def seconds() -> float:
            connection = http.client.HTTPConnection("127.0.0.1", client.port)
            began = time.monotonic()
            for _ in range(50):
                connection.request("GET", "/health")
                connection.getresponse().read()
            connection.close()
            return time.monotonic() - began

        assert await asyncio.to_thread(seconds) < 1


async def test_a_taken_port_is_named() -> None:
    """With the setting that changes it."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        settings = Settings(pistat_host="127.0.0.1", pistat_port=port)
        with pytest.raises(StartError, match=rf"port {port} .* PISTAT_PORT"):
            await serve_http(Monitor(Machine(), settings), settings)


async def test_stopping_waits_for_nobody() -> None:
    """Neither for an idle client nor for one that waits for its answer."""
    async with api() as client:
        client.machine.go.clear()
        waiting = asyncio.create_task(client.ask("/stats"))
        await asyncio.to_thread(eventually, lambda: client.machine.readings)
        waiting.add_done_callback(lambda task: task.exception())
        idle = socket.create_connection(("127.0.0.1", client.port))
    idle.close()


async def test_pipelined_requests_are_answered_in_order() -> None:
    """Kept answers, which are written at once, do not overtake others."""
    async with api(pistat_cache_seconds=60) as client:
        asked = ["/stats", "/health", "/stats", "/nope", "/stats"]
        said = "".join(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n" for path in asked)
        said += "GET /stats HTTP/1.1\r\nConnection: close\r\n\r\n"
        await client.ask("/stats")
        heard = await asyncio.to_thread(talk, client.port, said.encode())
        kinds = re.findall(rb'HTTP/1.1 (\d+)[^{<]*\r\n\r\n(<!doctype|{"\w+)', heard)
        stats = (b"200", b'{"clocks')
        assert kinds == [
            stats, (b"200", b'{"memory_usage'), stats, (b"404", b"<!doctype"), stats, stats,
        ]  # fmt: skip


@pytest.mark.parametrize(
    "said",
    [
        b"GET /stats HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody",
        b"GET /stats HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
        b"GET /stats HTTP/1.1\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
        b"GET /stats HTTP/1.0\r\n\r\n",
        b"HEAD /stats HTTP/1.1\r\n\r\n",
        b"GET /stats HTTP/1.1\r\n\r\n",
    ],
)
async def test_unusual_requests_for_the_kept_answer(said: bytes) -> None:
    """Are answered as any other, and the connection goes on where it may."""
    async with api(pistat_cache_seconds=60) as client:
        await client.ask("/stats")
        last = b"" if b"/1.0" in said else b"GET /nope HTTP/1.1\r\nConnection: close\r\n\r\n"
        if b"Upgrade" in said:
            last = b""
            said = said.replace(b"upgrade\r\n", b"upgrade, close\r\n")
        heard = await asyncio.to_thread(talk, client.port, said + last)
        assert heard.startswith(b"HTTP/1.1 200 OK\r\n")
        assert heard.count(b"HTTP/1.1 ") == 1 + bool(last)
        assert heard.count(b"HTTP/1.1 404") == bool(last)
        assert heard.count(b'{"clocks"') == (not said.startswith(b"HEAD"))


async def test_the_kept_answer_is_limited_too() -> None:
    async with api(pistat_cache_seconds=60, pistat_rate_limit_requests=3) as client:
        assert [(await client.ask("/stats"))[0] for _ in range(4)] == [200, 200, 200, 429]
