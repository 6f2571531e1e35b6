"""Keeps what the registry knows: reads it at the start, writes it now and then."""

import asyncio
import contextlib

from media.display.registry import Registry

_KEEP_SECONDS = 60.0  # a memory card wears out by writing
_AGAIN_SECONDS = 5.0
_LAST_SECONDS = 0.4  # a disk that hangs keeps nobody from stopping


async def keep_registry(registry: Registry) -> None:
    """Read what was kept; write each minute, and at the end, when displays were seen."""
    await registry.load()
    try:
        while True:
            await asyncio.sleep(_KEEP_SECONDS if registry.readable else _AGAIN_SECONDS)
            await registry.write_seen()
    finally:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LAST_SECONDS):
                await registry.write_seen()
