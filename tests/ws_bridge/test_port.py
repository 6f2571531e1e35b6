"""What every port of the bridge does to its connections."""

import asyncio
import socket

import pytest

from shared.errors import StartError
from shared.testing import free_port
from ws_bridge.port import listen


async def test_small_frames_leave_at_once() -> None:
    """As asyncio hands the connections over, Nagle's algorithm is off."""
    port = free_port()
    seen: asyncio.Queue[int] = asyncio.Queue()

    def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted = writer.get_extra_info("socket")
        seen.put_nowait(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    async with await asyncio.start_server(greet, sock=listen(("127.0.0.1", port), "SOME_PORT")):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        assert await seen.get()
        writer.close()


def test_a_port_that_is_taken_names_its_setting() -> None:
    port = free_port()
    with listen(("127.0.0.1", port), "SOME_PORT"), pytest.raises(StartError, match="set SOME_PORT"):
        listen(("127.0.0.1", port), "SOME_PORT")
