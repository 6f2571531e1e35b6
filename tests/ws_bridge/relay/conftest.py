"""A relay in this process, behind a real port and before a real broker."""

import asyncio
import contextlib
import shutil
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.testing import TIMEOUT_SECONDS, Broker, Client, free_port
from tests.ws_bridge.relay.device import Device, device, let_in
from ws_bridge.relay.port import RelayPort
from ws_bridge.settings import Settings

ROOT = "mantel"
REQUEST = (
    b"GET /any/path HTTP/1.1\r\nHost: hub\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


async def until(condition: Any) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while not condition():
            await asyncio.sleep(0.005)


class House:
    """A broker, a relay before it, and whoever writes to the broker."""

    def __init__(self, broker: Broker, client: Client) -> None:
        self.broker, self.client = broker, client
        self.port = free_port()
        self.relay: Any = None

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/"

    def settings(self, **changes: Any) -> Settings:
        return Settings(
            **{
                "mantel_node": "pi",
                "mqtt_host": self.broker.host,
                "mqtt_port": self.broker.port,
                "mqtt_username": "ws-bridge",
                "mqtt_password": self.broker.password("ws-bridge"),
                "ws_bridge_host": "127.0.0.1",
                "ws_bridge_relay_port": self.port,
                **changes,
            }
        )

    @contextlib.asynccontextmanager
    async def running(self, **changes: Any) -> AsyncIterator[RelayPort]:
        """Run a relay."""
        async with RelayPort(self.settings(**changes)) as relay:
            work = asyncio.create_task(relay.run())
            try:
                yield relay
            finally:
                work.cancel()
                await asyncio.gather(work, return_exceptions=True)

    def let_in(self, name: str, *read: str, write: tuple[str, ...] = (), token: str = "") -> None:
        """Give a device rights."""
        more = {"token": token} if token else {}
        let_in(self.client, name, read, write, **more)

    def tell(self, name: str, payload: Any = b"", *, retain: bool = False) -> None:
        """Publish below the root."""
        self.client.publish(f"{ROOT}/{name}", payload, retain=retain)

    def device(self, name: str = "", **more: Any) -> contextlib.AbstractAsyncContextManager[Device]:
        """Connect a device."""
        return device(self.url, name, **more)


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a broker whose users have passwords: that is half of its start."""
    folder = tmp_path_factory.mktemp("broker")
    with Broker(folder):
        return folder


@pytest.fixture
def broker(furnished: Path, tmp_path: Path) -> Iterator[Broker]:
    shutil.copytree(furnished, tmp_path / "broker")
    with Broker(tmp_path / "broker") as running:
        yield running


@pytest.fixture
async def house(broker: Broker) -> AsyncIterator[House]:
    """A house whose relay runs."""
    with Client(broker) as client:
        house = House(broker, client)
        async with house.running() as house.relay:
            await until(lambda: house.relay._source.is_ready)
            yield house


@contextlib.contextmanager
def stalled(port: int, hello: str) -> Iterator[socket.socket]:
    """Connect a device that reads only when the test does, and whose kernel takes little."""
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        slow.connect(("127.0.0.1", port))
        slow.sendall(REQUEST)
        slow.sendall(masked(0x1, hello.encode()))
        slow.setblocking(False)
        yield slow


def masked(opcode: int, payload: bytes, *, first: int | None = None) -> bytes:
    """Return a frame of a client, masked with zeros; `first` is another first byte."""
    head = bytes([0x80 | opcode if first is None else first])
    size = len(payload)
    if size < 126:
        head += bytes([0x80 | size])
    elif size < 1 << 16:
        head += bytes([0x80 | 126]) + size.to_bytes(2)
    else:
        head += bytes([0x80 | 127]) + size.to_bytes(8)
    return head + bytes(4) + payload


async def plain(
    port: int, *frames: bytes, request: bytes = REQUEST
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect by hand, and read the answer to the handshake."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request + b"".join(frames))
    async with asyncio.timeout(TIMEOUT_SECONDS):
        await reader.readuntil(b"\r\n\r\n")
    return reader, writer


async def next_frame(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Return first byte and payload of the next frame, which is not masked."""
    async with asyncio.timeout(TIMEOUT_SECONDS):
        first, length = await reader.readexactly(2)
        if length == 126:
            length = int.from_bytes(await reader.readexactly(2))
        elif length == 127:
            length = int.from_bytes(await reader.readexactly(8))
        return first, await reader.readexactly(length)
