"""Has pages drawn by a child process, one after the other, and ends it when nothing is to do.

A child that crashes, takes too much memory or too long is replaced by the next job; it has cost
one picture.
"""

import asyncio
import contextlib
import os
import pickle
import shutil
import signal
import struct
import sys
import tempfile
from typing import Self

from media.child_process import MOST_ANSWER_BYTES
from media.dashboard.job import MAIN, Drawn, Fault, Job, Outcome, PageJob, Unknown, answer
from media.dashboard.theme import ThemeError

_LENGTH = struct.Struct(">I")
_MOST_SAID_BYTES = 2000
_SECRET = ("MQTT_", "MEDIA_", "MANTEL_")
# Were a theme to name a package by a way that nobody thought of, it would be asked for here
_NO_NETWORK = dict.fromkeys(
    ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"),
    "http://127.0.0.1:9",
)

_SMALL = {
    "RUST_BACKTRACE": "0",
    "RAYON_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "65536",
}
"""One page is set by one thread; each more would take memory of its own. What is large is given
back at once: 3 MB less, and no growth from page to page."""


class Studio:
    """`draw` may be called by several tasks; they take turns. The context's end ends the child."""

    def __init__(self, *, idle_seconds: float = 10.0, most_seconds: float = 30.0) -> None:
        self._idle_seconds = idle_seconds
        self._most_seconds = most_seconds
        self._turn = asyncio.Lock()
        self._child: asyncio.subprocess.Process | None = None
        self._folder = ""
        self._known: set[str] = set()
        self._going: asyncio.TimerHandle | None = None
        self._ends: set[asyncio.Task[None]] = set()

    @property
    def pid(self) -> int | None:
        """The child's id while there is one."""
        return self._child.pid if self._child is not None else None

    async def draw(self, job: Job) -> Drawn:
        """Return the picture; ThemeError when there is none."""
        async with self._turn:
            if self._going is not None:
                self._going.cancel()
                self._going = None
            done = False
            try:
                outcome = await self._ask(job)
                done = True
            finally:
                if not done:  # an answer that nobody read would be taken for the next one's
                    await self._end()
                elif self._child is not None:
                    loop = asyncio.get_running_loop()
                    self._going = loop.call_later(self._idle_seconds, self._let_go)
        if isinstance(outcome, Drawn):
            return outcome
        fault = outcome if isinstance(outcome, Fault) else Fault("was not drawn")
        raise ThemeError(fault.message, fault.file, fault.line)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """End the child."""
        if self._going is not None:
            self._going.cancel()
        await self._end()

    def _let_go(self) -> None:
        """End a child that has been idle."""
        self._going = None
        task = asyncio.get_running_loop().create_task(self._leave())
        self._ends.add(task)
        task.add_done_callback(self._ends.discard)

    async def _leave(self) -> None:
        async with self._turn:
            if self._going is None:  # nobody has come meanwhile
                await self._end(kill=False)

    async def _ask(self, job: Job) -> Outcome:
        try:
            child = self._child or await self._start()
        except OSError as error:
            await self._end()
            return Fault(f"no process can be started to draw it ({error.strerror})")
        short = job
        if isinstance(job, PageJob):
            job = job._replace(cpu_seconds=int(self._most_seconds) + 1)
            short = job._replace(files=None) if job.mark in self._known else job
        try:
            async with asyncio.timeout(self._most_seconds):
                outcome = await _exchange(child, short)
                if isinstance(outcome, Unknown):
                    outcome = await _exchange(child, job)
        except TimeoutError:
            await self._end()
            return Fault(
                f"takes longer than {self._most_seconds:g} s; is there a loop without end?", MAIN
            )
        except (ConnectionError, asyncio.IncompleteReadError, pickle.UnpicklingError):
            return await self._died()
        if isinstance(job, PageJob):
            self._known.add(job.mark)
        return outcome

    async def _start(self) -> asyncio.subprocess.Process:
        kept = {name: text for name, text in os.environ.items() if not name.startswith(_SECRET)}
        self._known.clear()
        self._folder = tempfile.mkdtemp(prefix="mantel-theme-")  # at once: no end leaves it behind
        self._child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",  # with -m it begins 5 ms later
            "from media.dashboard.child import main; main()",
            self._folder,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**kept, **_NO_NETWORK, **_SMALL},
            limit=1 << 20,
        )
        return self._child

    async def _died(self) -> Fault:
        """Tell why the child is gone."""
        child = self._child
        if child is None:
            return Fault("was not drawn")
        said = b""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2):
                if child.stderr is not None:
                    said = await child.stderr.read(_MOST_SAID_BYTES)
        await self._end()
        if b"memory allocation" in said or child.returncode == -signal.SIGABRT:
            return Fault("needs too much memory", MAIN)
        if child.returncode == -signal.SIGXCPU:
            return Fault("takes too long; is there a loop without end?", MAIN)
        if child.returncode == -signal.SIGSEGV:
            return Fault("calls itself too deeply", MAIN)
        last = said.decode("utf-8", "replace").strip().rpartition("\n")[2]
        return Fault(f"its process ended ({last[:150] or child.returncode})")

    async def _end(self, *, kill: bool = True) -> None:
        child, self._child = self._child, None
        folder, self._folder = self._folder, ""
        try:
            if child is not None:
                await _gone(child, kill=kill)
        finally:
            if folder:
                await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


async def _gone(child: asyncio.subprocess.Process, *, kill: bool) -> None:
    """Wait for its end."""
    if child.stdin is not None:
        child.stdin.close()  # it ends by that, and removes what it has written
    with contextlib.suppress(ProcessLookupError):
        if kill and child.returncode is None:
            child.kill()
    try:
        async with asyncio.timeout(5):
            await child.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        await child.wait()


async def _exchange(child: asyncio.subprocess.Process, job: Job) -> Outcome:
    """Return a job's outcome; ConnectionError or IncompleteReadError when the child dies."""
    assert child.stdin is not None  # noqa: S101 - both are pipes
    assert child.stdout is not None  # noqa: S101
    body = pickle.dumps(job)
    child.stdin.write(_LENGTH.pack(len(body)) + body)
    await child.stdin.drain()
    (length,) = _LENGTH.unpack(await child.stdout.readexactly(_LENGTH.size))
    if length > MOST_ANSWER_BYTES:
        raise pickle.UnpicklingError("answers more than can be right")
    return answer(await child.stdout.readexactly(length))
