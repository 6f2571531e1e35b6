"""A device in front of a relay, and the operator behind it."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from shared.payloads import DeviceConfig, hash_token
from shared.testing import TIMEOUT_SECONDS, Client
from shared.topics import DEVICE_CONFIG

TOKEN = "correct horse"


def let_in(
    client: Client,
    name: str,
    read: tuple[str, ...] = (),
    write: tuple[str, ...] = (),
    token: str = TOKEN,
) -> None:
    """Give a device its rights, as `mantel device add` does."""
    config = DeviceConfig(token_hash=hash_token(token), read=list(read), write=list(write))
    client.publish(DEVICE_CONFIG.name("mantel", id=name), DEVICE_CONFIG.encode(config), retain=True)


class Device:
    """A connection; `welcome` is the answer to its hello."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.welcome: Any = None

    async def say(self, message: Any = None, **fields: Any) -> None:
        """Send a message: fields as JSON, text and bytes as they are."""
        await self.socket.send(message if message is not None else json.dumps(fields))

    async def raw(self) -> str | bytes:
        """Return the next message as it came."""
        async with asyncio.timeout(TIMEOUT_SECONDS):
            return await self.socket.recv()

    async def hear(self) -> Any:
        """Return the next message."""
        return json.loads(await self.raw())

    async def ask(self, message: Any = None, **fields: Any) -> Any:
        """Say something and return the next message."""
        await self.say(message, **fields)
        return await self.hear()

    async def subscribe(self, *filters: str) -> list[Any]:
        """Subscribe, and return what comes up to the end of the retained values."""
        await self.say(subscribe=filters, id=1)
        heard: list[Any] = []
        while not heard or heard[-1].get("retained") != "end":
            heard.append(await self.hear())
        return heard

    async def silence(self) -> None:
        """Fail unless nothing has come: a ping and its answer come after it."""
        assert await self.ask(ping=77) == {"pong": 77}

    async def end(self) -> tuple[int, Any]:
        """Read up to the end; return the close code and what the goodbye says."""
        bye = None
        try:
            while True:
                bye = json.loads(await self.raw()).get("bye", bye)
        except ConnectionClosed as closed:
            return (closed.rcvd.code if closed.rcvd else 0), bye


@contextlib.asynccontextmanager
async def device(
    url: str, name: str = "", token: str = TOKEN, **more: Any
) -> AsyncIterator[Device]:
    """Connect, say hello as `name` and read the welcome, which is `device.welcome`."""
    async with connect(url, compression=None, ping_interval=None, max_queue=None) as socket:
        here = Device(socket)
        who = {"device": name, "token": token} if name else {}
        here.welcome = await here.ask(hello=1, **who, **more)
        yield here
