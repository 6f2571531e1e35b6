"""A subject of `listeners.py`: all of the contents port but the broker, fed at absolute times.

What the peer does is sending alone; with this the two are alike.
"""

import asyncio
import sys

from bench.feed_sound import PLAYING
from bench.peer_sound import CHUNK_BYTES, INTERVAL_SECONDS
from shared.pace import beats
from shared.subscription import Received
from ws_bridge.audience import Audience
from ws_bridge.listener import Listener
from ws_bridge.peer import Peer
from ws_bridge.stage import Stage


async def push(port: int) -> None:
    """Play numbered chunks for ever."""
    audience: Audience[Peer] = Audience()
    async with Listener("127.0.0.1", port, "the port given", fanout=audience) as listener:
        stage = Stage(listener, audience)
        stage.play(Received(PLAYING, {}, retained=False))
        number = 0
        async for _ in beats(INTERVAL_SECONDS):
            chunk = number.to_bytes(4) * (CHUNK_BYTES // 4)
            stage.play_chunk(Received(chunk, {}, retained=False))
            number += 1


if __name__ == "__main__":
    asyncio.run(push(int(sys.argv[1])))
