"""A display of the RLCD dashboard, as far as a test needs one."""

import asyncio
import base64
import json
import os
import socket
import threading
import time
from dataclasses import dataclass
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect as sync_connect

from shared.testing import TIMEOUT_SECONDS

HEADER = '{"type":"status_image","width":200,"height":200}'
STOP = '{"type":"alarm_stop"}'
BITMAP_BYTES, CHUNK_BYTES = 5000, 4096


@dataclass
class Sound:
    """One alarm as a display hears it; `at` is when each chunk came, by the monotonic clock."""

    start: dict[str, Any]
    chunks: list[bytes]
    at: list[float]
    stopped_at: float = 0.0

    @property
    def pcm(self) -> bytes:
        return b"".join(self.chunks)


async def message(client: ClientConnection, seconds: float = TIMEOUT_SECONDS) -> str | bytes:
    """Return the next message."""
    async with asyncio.timeout(seconds):
        return await client.recv()


async def picture(client: ClientConnection, seconds: float = TIMEOUT_SECONDS) -> bytes:
    """Return the bitmap of a picture, which has to come next: its header, then its bytes."""
    assert await message(client, seconds) == HEADER
    bitmap = await message(client)
    assert isinstance(bitmap, bytes)
    assert len(bitmap) == BITMAP_BYTES
    return bitmap


async def sound(client: ClientConnection, chunks: int | None = None) -> Sound:
    """Return an alarm's sound, which has to come next; its first `chunks`, or up to its end."""
    start = await message(client)
    assert isinstance(start, str)
    heard = Sound(json.loads(start), [], [])
    assert heard.start["type"] == "alarm_start"
    while chunks is None or len(heard.chunks) < chunks:
        got = await message(client)
        if isinstance(got, str):
            assert got == STOP
            heard.stopped_at = time.monotonic()
            break
        heard.chunks.append(got)
        heard.at.append(time.monotonic())
    return heard


def raw_handshake(port: int, path: str = "/", buffer_bytes: int | None = None) -> socket.socket:
    """Connect as a microcontroller does: no extension, no subprotocol, by hand.

    `buffer_bytes` is how much its system takes that it has not read.
    """
    sock = socket.socket()
    sock.settimeout(TIMEOUT_SECONDS)
    if buffer_bytes is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer_bytes)
    sock.connect(("127.0.0.1", port))
    key = base64.b64encode(os.urandom(16)).decode()
    sock.sendall(
        f"GET {path} HTTP/1.1\r\nHost: hub\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += sock.recv(1)
    assert head.startswith(b"HTTP/1.1 101 ")
    assert b"extensions" not in head.lower()
    return sock


def exactly(sock: socket.socket, count: int) -> bytes:
    """Return the next `count` bytes."""
    data = b""
    while len(data) < count:
        chunk = sock.recv(count - len(data))
        assert chunk
        data += chunk
    return data


def raw_message(sock: socket.socket) -> str | bytes:
    """Return the next message: one unfragmented, unmasked frame of 15 kB at most."""
    kind, size = exactly(sock, 2)
    if size == 126:
        size = int.from_bytes(exactly(sock, 2))
    assert size <= 15 * 1024
    body = exactly(sock, size)
    assert kind in {0x81, 0x82}
    return body.decode() if kind == 0x81 else body


class Watch(threading.Thread):
    """A display that notes everything it gets, and when by the wall clock, until it is stopped."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self._url = url
        self._ended = threading.Event()
        self.connected = threading.Event()
        self.got: list[tuple[float, str | bytes]] = []
        self.cut_off = False
        self.start()
        assert self.connected.wait(TIMEOUT_SECONDS)

    def run(self) -> None:
        with sync_connect(self._url, max_queue=None) as client:
            self.connected.set()
            while not self._ended.is_set():
                try:
                    self.got.append((time.time(), client.recv(timeout=0.2)))
                except TimeoutError:
                    continue
                except ConnectionClosed:
                    self.cut_off = True
                    return

    def stop(self) -> list[bytes | Sound]:
        """Return what it got: bitmaps and sounds, in order."""
        self._ended.set()
        self.join(TIMEOUT_SECONDS)
        assert not self.cut_off
        return scenes(self.got)


def scenes(got: list[tuple[float, str | bytes]]) -> list[bytes | Sound]:
    """Return messages as bitmaps and sounds; AssertionError when one stands where it may not."""
    seen: list[bytes | Sound] = []
    header, playing = False, None
    for at, each in got:
        if isinstance(each, bytes):
            assert header or playing
            if header:
                assert len(each) == BITMAP_BYTES
                seen.append(each)
            elif playing:
                playing.chunks.append(each)
                playing.at.append(at)
            header = False
            continue
        assert not header
        if playing:
            assert each == STOP
            playing.stopped_at, playing = at, None
        elif each == HEADER:
            header = True
        else:
            playing = Sound(json.loads(each), [], [])
            assert playing.start["type"] == "alarm_start"
            seen.append(playing)
    return seen
