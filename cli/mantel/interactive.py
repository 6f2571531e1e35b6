"""What is typed while something goes on: stdin on the event loop, and how such a command ends."""

import asyncio
import codecs
import contextlib
import os
import signal
import sys
import termios
import tty
from collections.abc import Coroutine
from typing import Any, Self

_CHUNK_BYTES = 4096
END = "\x04"
"""What Ctrl-D types on a terminal."""


class Keyboard:
    """A context manager: stdin, key by key where somebody looks; Ctrl-C stays what it is."""

    def __init__(self) -> None:
        # Python has no stdin where the shell has closed it
        self._fd = sys.stdin.fileno() if sys.stdin else os.open(os.devnull, os.O_RDONLY)
        self.is_live = os.isatty(self._fd) and sys.stdout.isatty()
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._before: list[Any] | None = None

    def __enter__(self) -> Self:
        if self.is_live:
            self._before = termios.tcgetattr(self._fd)
            tty.setcbreak(self._fd, termios.TCSANOW)
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            termios.tcsetattr(self._fd, termios.TCSANOW, self._before)

    async def read(self) -> str:
        """Return what was typed since the last call, some of it at least; empty at the end."""
        while True:
            await self._wait()
            try:
                data = os.read(self._fd, _CHUNK_BYTES)
            except OSError:  # its terminal is gone
                return ""
            text = self._decode(data, not data)
            if text or not data:
                return text

    async def _wait(self) -> None:
        loop = asyncio.get_running_loop()
        there = loop.create_future()
        try:
            loop.add_reader(self._fd, _mark, there)
        except PermissionError:  # a file, which never lets anybody wait
            return
        try:
            await there
        finally:
            loop.remove_reader(self._fd)


def _mark(there: asyncio.Future[None]) -> None:
    if not there.done():  # it is told again as long as nobody reads
        there.set_result(None)


def run(work: Coroutine[Any, Any, None]) -> None:
    """Do it until it ends, or until Ctrl-C or SIGTERM, which are good ends too."""

    async def until_told() -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - this is one
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        await work

    with contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError):
        asyncio.run(until_told())
