"""What `listeners.py` compares with: a task a client, which sends a chunk and then sleeps.

So the older system did it, and so one writes it at first. It reads no file and knows no broker:
all that it does is sending.
"""

import asyncio
import sys

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

CHUNK_BYTES = 4096
INTERVAL_SECONDS = 0.9 * CHUNK_BYTES / (44100 * 2 * 2)
"""A chunk of a CD's sound, at 0.9 of real time."""


async def play(client: ServerConnection) -> None:
    """Send numbered chunks until the client goes."""
    number = 0
    try:
        while True:
            await client.send(number.to_bytes(4) * (CHUNK_BYTES // 4))
            number += 1
            await asyncio.sleep(INTERVAL_SECONDS)
    except ConnectionClosed:
        return


async def main(port: int) -> None:
    """Serve for ever."""
    async with serve(play, "127.0.0.1", port, compression=None) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
