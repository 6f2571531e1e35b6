"""Has pages drawn by a child process, one after the other, and ends it when nothing is to do.

A child that crashes, takes too much memory or too long is replaced by the next job; it has cost
one picture, or a page its photo.
"""

import asyncio
import pickle
import shutil
import signal
import tempfile
from typing import Self

from media.child_process import Child, ChildError, NoChildError, started
from media.dashboard.job import MAIN, Drawn, Fault, Job, Outcome, PageJob, Unknown, answer
from media.dashboard.theme import ThemeError

_CODE = "from media.dashboard.child import main; main()"  # with -m it begins 5 ms later
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


class Studio(Child):
    """`draw` may be called by several tasks; they take turns. The context's end ends the child."""

    def __init__(self, *, idle_seconds: float = 10.0, most_seconds: float = 30.0) -> None:
        super().__init__("media.dashboard.child", idle_seconds=idle_seconds)
        self._most_seconds = most_seconds
        self._folder = ""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def draw(self, job: Job) -> Drawn:
        """Return the picture; ThemeError when there is none."""
        try:
            outcome = await self._outcome(job)
        except ChildError as error:
            if isinstance(job, PageJob) and job.photo and not isinstance(error, NoChildError):
                # If the theme is to blame that is seen without it, too
                drawn = await self.draw(job._replace(photo=None, photo_box=None))
                return drawn._replace(note=f"photo {job.photo}: {error}")
            outcome = self._fault(error)
        if isinstance(outcome, Drawn):
            return outcome
        fault = outcome if isinstance(outcome, Fault) else Fault("was not drawn")
        raise ThemeError(fault.message, fault.file, fault.line)

    async def _outcome(self, job: Job) -> Outcome:
        """Return what becomes of a job; a theme's files are sent when they are not there yet."""
        if isinstance(job, PageJob):
            job = job._replace(cpu_seconds=int(self._most_seconds) + 1)
            outcome = await self._told(job._replace(files=None))
            if not isinstance(outcome, Unknown):
                return outcome
        return await self._told(job)

    async def _told(self, job: Job) -> Outcome:
        raw = await self.ask(pickle.dumps(job), most_seconds=self._most_seconds)
        try:
            return answer(raw)
        except pickle.UnpicklingError:
            raise ChildError("tells no outcome") from None

    def _fault(self, error: ChildError) -> Fault:
        """Tell why there is no answer."""
        if error.late:
            return Fault(
                f"takes longer than {self._most_seconds:g} s; is there a loop without end?", MAIN
            )
        if "memory allocation" in str(error) or error.code == -signal.SIGABRT:
            return Fault("needs too much memory", MAIN)
        if error.code == -signal.SIGSEGV:
            return Fault("calls itself too deeply", MAIN)
        return Fault(f"was not drawn: {error}")

    async def _start(self) -> asyncio.subprocess.Process:
        try:
            self._folder = tempfile.mkdtemp(prefix="mantel-theme-")  # at once: no end leaves it
        except OSError as error:
            raise NoChildError(f"no process can be started for it ({error.strerror})") from None
        return await started("-c", _CODE, self._folder, **_NO_NETWORK, **_SMALL)

    async def _end(self) -> None:
        folder, self._folder = self._folder, ""
        try:
            await super()._end()
        finally:
            if folder:
                await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
