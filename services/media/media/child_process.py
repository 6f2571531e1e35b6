"""Asks a child of `media`: a module of its own process, questions on stdin, answers on stdout.

What takes much memory for a while, or may break, is done so: a Pi gets the memory back when the
child ends, and a fault ends nothing else. The other end is `child_main`.
"""

import asyncio
import contextlib
import os
import signal
import sys

from media.child_main import LENGTH
from media.source.plain_text import plain
from shared.errors import MantelError

_SECRET = ("MQTT_", "MEDIA_", "MANTEL_")
_LAST_WORDS_SECONDS = 2.0
MOST_ANSWER_BYTES = 64_000_000
"""A child may be no longer what it was: a picture of six megapixels in any colour is half of it."""


class ChildError(MantelError):
    """The child has not answered; the message says why, `late` whether it took too long.

    `code` is what it has ended with: an exit status, or a signal below 0.
    """

    def __init__(self, message: str, *, late: bool = False, code: int | None = None) -> None:
        super().__init__(message)
        self.late = late
        self.code = code


class NoChildError(ChildError):
    """There is no child to ask: what was asked is not to blame."""


class Child:
    """A process of `python -m module`, started by a question, ended when idle for so long.

    Who asks takes turns. Its answers may be in order only: one that nobody waits for any more
    costs the child.
    """

    def __init__(self, module: str, *, idle_seconds: float = 0.0) -> None:
        self._module = module
        self._idle_seconds = idle_seconds
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._going: asyncio.TimerHandle | None = None
        self._ends: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def pid(self) -> int | None:
        """The process while there is one."""
        return self._process.pid if self._process is not None else None

    async def ask(self, question: bytes, *, most_seconds: float) -> bytes:
        """Return the answer; ChildError. The child is ended when it takes too long."""
        async with self._turn:
            if self._closed:
                raise NoChildError("there is nobody left to ask")
            if self._going is not None:
                self._going.cancel()
                self._going = None
            answered = False
            try:
                async with asyncio.timeout(most_seconds):
                    answer = await self._exchange(question)
                answered = True
            except TimeoutError:
                raise ChildError("takes too long", late=True) from None
            except (ConnectionError, asyncio.IncompleteReadError):
                raise await self._last_words() from None
            finally:
                if not answered:  # an answer that nobody read would be taken for the next one's
                    await self._end()
            loop = asyncio.get_running_loop()
            self._going = loop.call_later(self._idle_seconds, self._let_go)
            return answer

    async def close(self) -> None:
        """End the child for good."""
        self._closed = True
        if self._going is not None:
            self._going.cancel()
        await self._end()

    async def _exchange(self, question: bytes) -> bytes:
        if self._process is None:
            self._process = await self._start()
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None  # noqa: S101 - both are pipes
        assert stdout is not None  # noqa: S101
        stdin.write(LENGTH.pack(len(question)))
        stdin.write(question)
        await stdin.drain()
        (length,) = LENGTH.unpack(await stdout.readexactly(LENGTH.size))
        if length > MOST_ANSWER_BYTES:
            raise ChildError("answers more than can be right")
        return await stdout.readexactly(length)

    async def _start(self) -> asyncio.subprocess.Process:
        return await started("-m", self._module)

    async def _last_words(self) -> ChildError:
        """Return why the child is gone."""
        process, said = self._process, b""
        if process is None:  # closed meanwhile
            return NoChildError("there is nobody left to ask")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LAST_WORDS_SECONDS):
                said = await process.stderr.read() if process.stderr is not None else b""
                await process.wait()
        code = process.returncode
        if code == -signal.SIGXCPU:
            return ChildError("takes too long", late=True, code=code)
        if code == -signal.SIGKILL:
            return ChildError("takes more memory than there is", code=code)
        last = said.decode("utf-8", "replace").strip().rpartition("\n")[2]
        return ChildError(plain(last, 150) or f"ends its process ({code})", code=code)

    def _let_go(self) -> None:
        """End a child that has been idle."""
        self._going = None
        task = asyncio.get_running_loop().create_task(self._leave())
        self._ends.add(task)
        task.add_done_callback(self._ends.discard)

    async def _leave(self) -> None:
        async with self._turn:
            if self._going is None:  # nobody has asked meanwhile
                await self._end()

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        with contextlib.suppress(ProcessLookupError):
            if process.returncode is None:
                process.kill()  # it keeps nothing, and its own goodbye takes longer
        await process.wait()


async def ask(module: str, question: bytes, *, most_seconds: float) -> bytes:
    """Return what a child answers that is started for one question, and ends; ChildError."""
    child = Child(module)
    try:
        return await child.ask(question, most_seconds=most_seconds)
    finally:
        await child.close()


async def started(*arguments: str, **environment: str) -> asyncio.subprocess.Process:
    """Return a Python process, with this beside our environment; NoChildError."""
    # What it reads comes from outside: it need not know what we know
    ours = {name: text for name, text in os.environ.items() if not name.startswith(_SECRET)}
    try:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=1 << 20,
            env=ours | environment,
        )
    except OSError as error:
        raise NoChildError(f"no process can be started for it ({error.strerror})") from None
