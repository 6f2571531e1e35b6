"""A body that is too large to be held: read in pieces, as fast as the client takes them."""

import logging
from collections.abc import Awaitable, Callable

from shared.http.message import Stream

log = logging.getLogger("http")


async def send_pieces(body: Stream, write: Callable[[bytes], Awaitable[None]]) -> bool:
    """Hand the pieces to `write` and close the body; False when it was shorter than it said."""
    left = body.length
    try:
        while left > 0 and (piece := await body.read()):
            left -= len(piece)
            await write(piece)
    except OSError as error:
        log.warning("a file cannot be read: %s", error.strerror)
    finally:
        body.close()
    return left <= 0
