"""The subject of `stalled.py`: the bridge's own listener, fed faster than readings come.

At one frame in 2 s it would take minutes until a client that does not read is seen at all.
"""

import asyncio
import sys
import time

from shared.pace import beats
from ws_bridge.listener import Listener

FRAMES_A_SECOND, FRAME_BYTES = 100, 2000


async def push(port: int) -> None:
    """Send numbered frames for ever, and print when each was sent."""
    number = 0
    async with Listener("127.0.0.1", port, "the port given", lambda: None) as listener:
        async for _ in beats(1 / FRAMES_A_SECOND):
            number += 1
            frame = b'{"uptime_hrs":%d,"padding":"' % number
            frame += b"x" * (FRAME_BYTES - len(frame) - 2) + b'"}'
            at = time.monotonic()
            listener.send(frame)
            print(number, at, flush=True)


if __name__ == "__main__":
    asyncio.run(push(int(sys.argv[1])))
