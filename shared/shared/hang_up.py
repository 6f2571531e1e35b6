"""The end of what is said on a connection, behind all that is still owed."""

import asyncio
import contextlib

_LOOK_SECONDS = 0.02


def hang_up(transport: asyncio.Transport) -> None:
    """Tell the other side that nothing more comes, as soon as it has been sent all.

    asyncio would shut the socket in the turn that sends the last bytes, and log a traceback where
    the other side has gone between the two. Until then nothing else may be written.
    """
    if transport.is_closing():
        return
    if transport.get_write_buffer_size():
        asyncio.get_running_loop().call_later(_LOOK_SECONDS, hang_up, transport)
        return
    with contextlib.suppress(OSError):  # it is gone already
        transport.write_eof()
