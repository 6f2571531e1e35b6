"""A steady beat: absolute deadlines, so that the work between two beats adds no drift."""

import asyncio
from collections.abc import AsyncIterator


async def beats(interval_seconds: float) -> AsyncIterator[None]:
    """Yield at once and then each `interval_seconds`; beats that were missed are skipped."""
    loop = asyncio.get_running_loop()
    due = loop.time()
    while True:
        yield
        due += interval_seconds
        now = loop.time()
        if due <= now:
            due = now + interval_seconds - (now - due) % interval_seconds
        await asyncio.sleep(due - now)
