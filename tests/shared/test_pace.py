"""The beat of everything that is published in time."""

import asyncio

from shared.pace import beats
from shared.testing import TIMEOUT_SECONDS


async def test_beats_keep_to_the_timeline() -> None:
    """Work between two beats adds no drift, and a beat that was missed is not made up for."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    at = []
    async with asyncio.timeout(TIMEOUT_SECONDS):
        async for _ in beats(0.1):
            at.append(loop.time() - start)
            if len(at) == 6:
                break
            # the third beat takes two and a half intervals
            await asyncio.sleep(0.25 if len(at) == 3 else 0.04)
    for got, due in zip(at, [0.0, 0.1, 0.2, 0.5, 0.6, 0.7], strict=True):
        assert due <= got + 0.001
        assert got < due + 0.09
