"""The HTTP API on a real port, over an invented machine, and clients that ask it."""

import asyncio
import http.client
import json
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psutil
import pytest

from shared.testing import TIMEOUT_SECONDS, eventually, free_port
from stats.http_server import serve_http
from stats.machine import MockMachine
from stats.monitor import Monitor
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


async def hear(client: Client, said: bytes) -> bytes:
    return await asyncio.to_thread(talk, client.port, said)


def served(port: int) -> int:
    """Return how many connections the server has."""
    connections = psutil.Process().net_connections("tcp")
    return sum(one.laddr.port == port and one.status == "ESTABLISHED" for one in connections)
