"""The port of the HTTP API: where it cannot be had, and what ends with it."""

import asyncio
import socket

import pytest

from shared.errors import StartError
from shared.testing import eventually
from stats.http_server import serve_http
from stats.monitor import Monitor
from stats.settings import Settings
from tests.stats.http_client import Machine, api


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
