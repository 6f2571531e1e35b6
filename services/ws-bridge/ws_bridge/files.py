"""Files of a folder over HTTP: whole or in part, in pieces, never outside the folder."""

import asyncio
import os
import stat
import threading
from concurrent.futures import Executor, ThreadPoolExecutor
from email.utils import formatdate
from pathlib import Path
from typing import BinaryIO

from shared.http.message import PHRASES, Request, Response
from ws_bridge.conditional import etag, is_unchanged, wanted_range

TEXT = "text/plain; charset=utf-8"

_PIECE_BYTES = 65536
_MOST_THREADS = 3
"""Of a folder: where its card hangs, the threads that others need are none of these."""
_KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".wav": "audio/wav",
}


def plain(status: int, *headers: tuple[str, str]) -> Response:
    """Return an error as the older server worded it."""
    return Response(f"{status}: {PHRASES[status]}".encode(), TEXT, status, headers)


class Part:
    """A part of a file, read in a thread: an SD card may take its time."""

    def __init__(self, file: BinaryIO, start: int, length: int, threads: Executor) -> None:
        self._file, self._threads = file, threads
        file.seek(start)
        self._left = self.length = length
        self._reading = threading.Lock()
        self._is_wanted = True

    async def read(self) -> bytes:
        """Return the next piece, empty at the end."""
        loop, most = asyncio.get_running_loop(), min(_PIECE_BYTES, self._left)
        piece = await loop.run_in_executor(self._threads, self._read, most)
        self._left -= len(piece)
        return piece

    def close(self) -> None:
        """Close the file, or let the thread do so that still reads it: it is not waited for."""
        self._is_wanted = False
        if self._reading.acquire(blocking=False):
            self._file.close()
            self._reading.release()

    def _read(self, most: int) -> bytes:
        with self._reading:
            piece = self._file.read(most) if self._is_wanted else b""
        if not self._is_wanted:
            self._file.close()
        return piece


class Folder:
    """A folder whose files anybody may read; those that links lead out of it are not its."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._threads = ThreadPoolExecutor(_MOST_THREADS, f"read {path.name}")

    async def answer(self, name: str, request: Request) -> Response:
        """Answer with the file of this name below the folder."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._answer, name, request)

    def _answer(self, name: str, request: Request) -> Response:
        try:
            root = self._path.resolve()
            file = (root / name).resolve()
            if name.startswith("/") or not file.is_relative_to(root):
                return plain(404)
            about = file.stat()
            if stat.S_ISDIR(about.st_mode):
                return plain(403)
            if not stat.S_ISREG(about.st_mode) or name.endswith("/"):
                return plain(404)
            return _file(file, request, self._threads)
        except PermissionError:
            return plain(403)
        except (OSError, ValueError, RuntimeError):  # a loop of links, a name that cannot be
            return plain(404)


def _file(path: Path, request: Request, threads: Executor) -> Response:
    file = path.open("rb")
    about = os.fstat(file.fileno())
    changed_at = int(about.st_mtime)
    tag = etag(about.st_mtime_ns, about.st_size)
    headers = [("etag", tag), ("last-modified", formatdate(changed_at, usegmt=True))]
    if is_unchanged(request, tag, changed_at):
        file.close()
        return Response(b"", "", 304, headers)
    headers.append(("accept-ranges", "bytes"))
    kind = _KINDS.get(path.suffix.lower(), "application/octet-stream")
    part = wanted_range(request, about.st_size, tag, changed_at)
    if part is None:
        return Response(Part(file, 0, about.st_size, threads), kind, 200, headers)
    if not part:
        file.close()
        return plain(416, ("content-range", f"bytes */{about.st_size}"))
    headers.append(("content-range", f"bytes {part.start}-{part.stop - 1}/{about.st_size}"))
    return Response(Part(file, part.start, len(part), threads), kind, 206, headers)
