"""A real port with raw clients: what goes over the wire, and what a client can do to others."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import pytest
from websockets.asyncio.client import connect

from shared.errors import StartError
from shared.testing import TIMEOUT_SECONDS, free_port
from ws_bridge import listener as module
from ws_bridge.fanout import Fanout
from ws_bridge.listener import Listener
from ws_bridge.peer import Peer
from ws_bridge.wire import text_frame

REQUEST = (
    b"GET / HTTP/1.1\r\nHost: hub\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
CLOSE = b"\x88\x80\x00\x00\x00\x00"


@pytest.fixture
async def port() -> int:
    return free_port()


@pytest.fixture
async def listener(port: int) -> AsyncIterator[Listener]:
    async with Listener("127.0.0.1", port, "A_PORT", lambda: b"hello") as listener:
        yield listener


async def until(condition) -> None:
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while not condition():
            await asyncio.sleep(0.005)


async def raw(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(REQUEST)
    async with asyncio.timeout(TIMEOUT_SECONDS):
        await reader.readuntil(b"\r\n\r\n")
    return reader, writer


async def leave(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


async def test_frames_as_they_go_over_the_wire(listener: Listener, port: int) -> None:
    """The greeting, then each message, unmasked and in one frame; lengths in all three forms."""
    reader, writer = await raw(port)
    async with asyncio.timeout(TIMEOUT_SECONDS):
        assert await reader.readexactly(7) == b"\x81\x05hello"
        for size in (1, 125, 126, 65535, 65536):
            message = b"x" * size
            listener.send(message)
            frame = text_frame(message)
            assert await reader.readexactly(len(frame)) == frame
    await leave(writer)
    await until(lambda: len(listener) == 0)


async def test_a_client_that_says_goodbye_while_frames_go_out(
    listener: Listener, port: int
) -> None:
    """Nothing is written after the goodbye, and nobody else is disturbed."""
    async with connect(f"ws://127.0.0.1:{port}/", max_queue=None) as other:
        assert await other.recv() == "hello"
        leaving = [await raw(port) for _ in range(20)]
        await until(lambda: len(listener) == 21)
        for _, writer in leaving:
            writer.write(CLOSE)
        for _ in range(50):
            listener.send(b"frame")
            await asyncio.sleep(0)
        for _, writer in leaving:
            await leave(writer)
        await until(lambda: len(listener) == 1)
        async with asyncio.timeout(TIMEOUT_SECONDS):
            assert await other.recv() == "frame"


async def test_a_client_that_says_goodbye_and_does_not_hang_up(
    listener: Listener, port: int
) -> None:
    """It is cut a little later."""
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(REQUEST)
        await until(lambda: len(listener) == 1)
        (peer,) = listener._peers
        client.sendall(CLOSE)
        await until(peer.gone.done)


async def test_pings_are_empty_and_silence_is_cut(
    monkeypatch: pytest.MonkeyPatch, port: int
) -> None:
    """A client without an answer to a ping is gone; one that answers stays."""
    monkeypatch.setattr(module, "_PING_SECONDS", 0.1)
    async with Listener("127.0.0.1", port, "A_PORT", lambda: None) as listener:
        reader, writer = await raw(port)
        async with asyncio.timeout(TIMEOUT_SECONDS):
            assert await reader.readexactly(2) == b"\x89\x00", "a ping without payload"
            async with connect(f"ws://127.0.0.1:{port}/", ping_interval=None):
                assert await reader.read() == b"", "cut"
                await until(lambda: len(listener) == 1)
                await asyncio.sleep(0.3)
                assert len(listener) == 1
        await leave(writer)


async def test_a_client_that_never_reads_is_cut_off_in_the_end(
    monkeypatch: pytest.MonkeyPatch, port: int
) -> None:
    """And meanwhile costs no more memory than what it was allowed to owe."""
    async with Listener("127.0.0.1", port, "A_PORT", lambda: None) as listener:
        monkeypatch.setattr(listener._fanout, "_patience_seconds", 0.2)
        with socket.socket() as stalled:
            stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            stalled.connect(("127.0.0.1", port))
            stalled.sendall(REQUEST)
            await until(lambda: len(listener) == 1)
            peer = listener._fanout.clients()[0]
            owed = 0

            def send() -> bool:
                nonlocal owed
                listener.send(b"x" * 4000)
                owed = max(owed, peer._transport.get_write_buffer_size())
                return len(listener) == 0

            await until(send)
            assert owed < 20_000


class Behind(Fanout[Peer]):
    """A fanout whose clients lack something whenever they have been behind."""

    def lead(self, client: Peer) -> bytes:
        return b"\x81\x06missed"


async def test_who_reads_again_is_told_at_once_what_it_missed(port: int) -> None:
    """Not with the next message, which may come tomorrow; and the port knows how many there are."""
    counts: list[int] = []
    fanout = Behind(most_owed_bytes=10_000)
    async with Listener(
        "127.0.0.1", port, "A_PORT", fanout=fanout, count=counts.append
    ) as listener:
        loop = asyncio.get_running_loop()
        with socket.socket() as slow:
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            slow.connect(("127.0.0.1", port))
            slow.sendall(REQUEST)
            await until(lambda: counts == [1])
            sent = 0
            while not fanout.skipped:
                listener.send(b"x" * 4000)
                sent += 1
                await asyncio.sleep(0)
            slow.setblocking(False)
            read = b""
            async with asyncio.timeout(TIMEOUT_SECONDS):
                while not read.endswith(b"missed"):
                    read += await loop.sock_recv(slow, 65536)
            assert read.count(b"x" * 4000) == sent - 1, "whole messages, but for the one skipped"
        await until(lambda: counts == [1, 0])


async def test_who_stays_behind_is_cut_off_though_nothing_is_sent(
    monkeypatch: pytest.MonkeyPatch, port: int
) -> None:
    """With the round of pings: the contents port is silent for hours."""
    monkeypatch.setattr(module, "_PING_SECONDS", 0.1)
    fanout: Fanout[Peer] = Fanout(patience_seconds=0.3)
    counts: list[int] = []
    async with Listener(
        "127.0.0.1", port, "A_PORT", fanout=fanout, count=counts.append
    ) as listener:
        with socket.socket() as stalled:
            stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            stalled.connect(("127.0.0.1", port))
            stalled.sendall(REQUEST)
            await until(lambda: len(listener) == 1)
            while not fanout.skipped:
                listener.send(b"x" * 4000)
            await until(lambda: counts == [1, 0])


async def test_a_port_that_is_taken_names_its_setting(port: int) -> None:
    """What to do is in the message."""
    with socket.create_server(("127.0.0.1", port)), pytest.raises(StartError, match="A_PORT"):
        async with Listener("127.0.0.1", port, "A_PORT", lambda: None):
            pass


async def test_an_error_of_ours_is_said_once(port: int, caplog: pytest.LogCaptureFixture) -> None:
    """The client is cut off by the code for that, and the others stay."""

    async def fail(peer: Peer) -> None:
        said = await peer.hear()
        raise LookupError(f"a mistake of ours at {said!r}")

    async with (
        Listener("127.0.0.1", port, "A_PORT", converse=fail),
        connect(f"ws://127.0.0.1:{port}") as other,
    ):
        for word in ("one", "two"):
            async with connect(f"ws://127.0.0.1:{port}") as client:
                await client.send(word)
                await asyncio.wait_for(client.wait_closed(), TIMEOUT_SECONDS)
                assert client.close_code == 1011
        assert await asyncio.wait_for(await other.ping(), TIMEOUT_SECONDS) >= 0
    (told,) = [each for each in caplog.records if each.levelname == "ERROR"]
    assert told.getMessage() == "a connection was ended by an error in the program"
    assert told.exc_info is not None
    assert "a mistake of ours at 'one'" in str(told.exc_info[1])


@pytest.mark.parametrize("end", [CLOSE, b""], ids=["goodbye", "end of the stream"])
async def test_what_is_said_before_the_end_is_heard(port: int, end: bytes) -> None:
    """All of it, though the end comes with it and each word takes its time."""
    heard: list[str | bytes] = []

    async def listen(peer: Peer) -> None:
        while True:
            heard.append(await peer.hear())
            await asyncio.sleep(0)

    async with Listener("127.0.0.1", port, "A_PORT", converse=listen) as listener:
        reader, writer = await raw(port)
        writer.write(b"".join(b"\x81\x81\x00\x00\x00\x00%d" % number for number in range(9)) + end)
        if not end:
            writer.write_eof()
        async with asyncio.timeout(TIMEOUT_SECONDS):
            assert await reader.read() in (CLOSE[:1] + b"\x00", b"")
        await leave(writer)
        await until(lambda: len(listener) == 0)
    assert heard == [str(number) for number in range(9)]
