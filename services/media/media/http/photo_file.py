"""Gives the file of a photo as it is, in pieces: a photo may be larger than the memory for it.

What is given is chosen by us, never by a path that somebody sends.
"""

import asyncio
import os
import random
import stat
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

_CHUNK_BYTES = 65_536
_HEAD_BYTES = 32
_CHUNK_SECONDS = 30.0
"""For a client to take what it was sent; one that does not is left."""
_TRIES = 20
"""Photos that are tried: files may have gone, or be no pictures any more."""


class Opened(NamedTuple):
    """A file that is open, what it is, and how long."""

    file: int
    kind: str
    size: int


def kind_of(head: bytes) -> str | None:
    """Return the media type of a picture by its first bytes, whatever its file is called."""
    for start, kind in (
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"GIF87a", "image/gif"),
        (b"GIF89a", "image/gif"),
        (b"BM", "image/bmp"),
    ):
        if head.startswith(start):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:12] in {b"ftypheic", b"ftypheix", b"ftyphevc", b"ftypheim", b"ftypheis"}:
        return "image/heic"
    return "image/heif" if head[4:12] in {b"ftypmif1", b"ftypmsf1"} else None


def any_of(paths: Sequence[Path]) -> Opened | None:
    """Return one of some pictures, opened; None when there is none, or none can be read."""
    # By chance, for variety alone
    for path in random.sample(paths, min(_TRIES, len(paths))):
        if (opened := _open(path)) is not None:
            return opened
    return None


def _open(path: Path) -> Opened | None:
    """Open a picture; None for what cannot be read, or is none."""
    try:
        # A pipe of that name would be waited for without end
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError):
        return None
    try:
        status = os.fstat(file)
        if stat.S_ISREG(status.st_mode):
            kind = kind_of(os.pread(file, _HEAD_BYTES, 0))
            if kind is not None:
                return Opened(file, kind, status.st_size)
    except OSError:
        pass
    os.close(file)
    return None


class FileResponse(Response):
    """An answer with a file, which it closes, and calls `closed`.

    One whose file is cut short meanwhile breaks off.
    """

    def __init__(self, opened: Opened, headers: dict[str, str], closed: Callable[[], None]) -> None:
        own = {"Content-Type": opened.kind, "Content-Length": str(opened.size)}
        super().__init__(None, 200, headers | own)
        self._opened = opened
        self._closed = closed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file."""
        gone = asyncio.create_task(_until_gone(receive), name="notice who leaves")
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            if scope["method"] == "HEAD" or await self._send(send, gone):
                await send({"type": "http.response.body", "body": b""})
        finally:
            gone.cancel()
            os.close(self._opened.file)
            self._closed()

    async def _send(self, send: Send, gone: "asyncio.Task[None]") -> bool:
        """Send the pieces; without the last one no end is sent, and the client notices."""
        file, _, size = self._opened
        at = 0
        while at < size and not gone.done():
            try:
                piece = await asyncio.to_thread(os.pread, file, min(_CHUNK_BYTES, size - at), at)
                if not piece:
                    return False
                at += len(piece)
                async with asyncio.timeout(_CHUNK_SECONDS):
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
            except (OSError, TimeoutError):
                return False
        return at >= size


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
