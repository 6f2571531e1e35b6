"""Follow the hub's statistics and a display's picture by the relay, with the library `websockets`.

RELAY_TOKEN=... python follow.py ws://192.168.1.2:8764 kitchen
"""

import argparse
import asyncio
import json
import os
import sys
import zlib
from collections.abc import AsyncIterator
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

PING_SECONDS = 25.0
"""The hub pings each 20 s: who hears nothing for so long asks."""
SORT_IT_OUT = {4400, 4401, 4403, 4409}
"""Ends after which coming again would not help: wrong token, revoked, somebody else is you."""


class Relay:
    """A device of the relay; topics are written without their root."""

    def __init__(self, address: str, device: str, token: str, topics: list[str]) -> None:
        self._address = address
        self._headers = {"Authorization": f"Bearer {token}", "X-Device": device}
        self._topics = topics
        self._session: str | None = None
        self._sequence = 0

    async def messages(self) -> AsyncIterator[tuple[str, Any]]:
        """Yield each topic with its data: JSON as Python has it, or bytes; None when it is gone.

        Connects again when the connection breaks, and goes on where it ended. ConnectionClosed
        or InvalidStatus when the hub does not want this device.
        """
        async for socket in connect(
            self._address,
            additional_headers=self._headers,
            compression=None,
            ping_interval=None,
            max_size=1 << 20,
        ):
            try:
                await self._greet(socket)
                while True:
                    yield await self._next(socket)
            except ConnectionClosed as end:
                if end.rcvd is not None and end.rcvd.code in SORT_IT_OUT:
                    raise
                print(f"relay: {end}; connecting again", file=sys.stderr)

    async def _greet(self, socket: ClientConnection) -> None:
        hello: dict[str, Any] = {"hello": 1}
        if self._session:
            hello["resume"] = {"session": self._session, "sequence": self._sequence}
        await socket.send(json.dumps(hello))

    async def _next(self, socket: ClientConnection) -> tuple[str, Any]:
        while True:
            message = json.loads(await self._hear(socket))
            if "error" in message or "bye" in message:
                print(f"relay: {message}", file=sys.stderr)
            elif "welcome" in message:
                self._session = message["session"]
                if not message["resumed"]:
                    self._sequence = message["sequence"]
                    await socket.send(json.dumps({"subscribe": self._topics, "id": 1}))
            elif "topic" in message:
                data = await self._data(socket, message)
                # a retained value may tell an older number than what came before
                self._sequence = max(self._sequence, message["sequence"])
                return message["topic"], data

    async def _data(self, socket: ClientConnection, message: dict[str, Any]) -> Any:
        if "parts" not in message:
            return message.get("data")
        parts = [await self._hear(socket) for _ in range(message["parts"])]
        if message.get("text"):
            return json.loads("".join(map(str, parts)))
        return b"".join(part for part in parts if isinstance(part, bytes))

    async def _hear(self, socket: ClientConnection) -> str | bytes:
        """Return the next message; ask for a sign of life when none comes for a while."""
        while True:
            try:
                async with asyncio.timeout(PING_SECONDS):
                    return await socket.recv()
            except TimeoutError:
                pong = await socket.ping(b"")
            try:
                async with asyncio.timeout(PING_SECONDS):
                    await pong
            except TimeoutError:
                socket.transport.abort()  # nobody would answer a goodbye; the next recv says so


async def main() -> None:
    """Print what comes."""
    parser = argparse.ArgumentParser(description="Follow the hub by its relay.")
    parser.add_argument("address", help="of the relay, as in ws://192.168.1.2:8764")
    parser.add_argument("device", help="its name; its token stands in RELAY_TOKEN")
    parser.add_argument("--display", default="rlcd", help="whose picture (rlcd)")
    options = parser.parse_args()
    topics = ["host/+/stats", f"display/{options.display}/bitmap"]
    token = os.environ.get("RELAY_TOKEN", "")
    async for topic, data in Relay(options.address, options.device, token, topics).messages():
        if data is None:
            print("nothing", topic, flush=True)
        elif isinstance(data, bytes):
            print("picture", len(data), hex(zlib.crc32(data)), flush=True)
        else:
            print("stats", data["cpu_percent"], data["memory_percent"], data["uptime_seconds"],
                  flush=True)  # fmt: skip


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        pass
    except (ConnectionClosed, InvalidStatus) as refusal:
        sys.exit(f"the hub does not let this device in: {refusal}")
