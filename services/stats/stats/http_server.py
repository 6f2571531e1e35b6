"""Serves the HTTP API on its port."""

import asyncio
import logging
import socket

from shared.errors import StartError
from shared.http.connection import Connection
from stats.http_api import HttpApi
from stats.monitor import Monitor
from stats.settings import Settings

log = logging.getLogger("stats.http")

_BACKLOG = 128


async def serve_http(monitor: Monitor, settings: Settings) -> None:
    """Serve until cancelled; StartError when the port cannot be had."""
    host, port = settings.pistat_host, settings.pistat_port
    try:
        listening = socket.create_server((host, port), backlog=_BACKLOG)
    except OSError as error:
        raise StartError(
            f"port {port} of {host} cannot be opened ({error.strerror}); "
            "end the program that has it, or set PISTAT_PORT"
        ) from None
    log.setLevel("DEBUG" if settings.pistat_debug else settings.pistat_log_level)
    api = HttpApi(monitor, settings)
    connections: set[Connection] = set()
    server = await asyncio.get_running_loop().create_server(
        lambda: Connection(api, connections), sock=listening
    )
    log.info("HTTP API on port %s", port)
    try:
        await asyncio.Event().wait()
    finally:
        server.close()
        for connection in list(connections):
            connection.leave()
