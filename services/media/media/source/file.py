"""`config/sources.toml` on disk: noticed when anybody changes it.

It is looked at each few seconds, which sees what every editor does, on every file system and
through every mount; notifications see neither network nor all mounts.
"""

import asyncio
import logging
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from shared.complaints import Complaints
from shared.source_list import MOST_BYTES, SourceList

_log = logging.getLogger("media")

_FRESH_SECONDS = 2.0  # two writes so close together may look the same from outside
_ABSENT_LOOKS = 3  # an editor may take a file away for a moment before it puts the new one there
_UNREAD = b"\0"


def understood(raw: bytes) -> SourceList | list[str]:
    """Return what a text says, or all that is wrong with it, each with its line."""
    if not raw:
        return SourceList()
    # A home without sources needs no reader of TOML
    from shared.source_file import SourceFileError, read_sources

    try:
        return read_sources(raw)
    except SourceFileError as error:
        return [f"line {line}: {text}" for line, text in error.problems]


class SourceFile:
    """The file at `path`; a broken one leaves what was last good, and is said with its lines.

    `problems` is what is wrong with it now.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[str] = []
        self._complaints = Complaints(_log)
        self._thread = ThreadPoolExecutor(1, "sources.toml")
        self._facts: object = None
        self._raw: bytes | None = _UNREAD
        self._absent = 0

    async def look(self) -> tuple[SourceList, bytes] | None:
        """Return what it says, with its text, when that is new and good; else None."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._look)

    def _look(self) -> tuple[SourceList, bytes] | None:
        try:
            if not self._has_changed():
                return None
        except OSError as error:
            self._complain([f"cannot be read ({error.strerror or error})"])
            return None
        raw = self._raw or b""
        found = understood(raw)
        if isinstance(found, list):
            self._complain(found)
            return None
        self.problems = []
        self._complaints.settle(str(self.path), "read again, all right")
        return found, raw

    def _complain(self, problems: list[str]) -> None:
        self.problems = problems
        told = "; ".join(problems[:5]) + ("; ..." if len(problems) > 5 else "")
        self._complaints.say(str(self.path), f"{told}; the sources stay as they were")

    def _has_changed(self) -> bool:
        """Read it where it may be another; OSError."""
        try:
            facts = self.path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return self._has_gone()
        self._absent = 0
        seen = (facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns)
        if seen == self._facts and abs(time.time() - facts.st_mtime) > _FRESH_SECONDS:
            return False
        if not stat.S_ISREG(facts.st_mode):  # a pipe would be waited for without end
            raise OSError(0, "is no file")
        with self.path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
        self._facts, before = seen, self._raw
        self._raw = raw
        return raw != before

    def _has_gone(self) -> bool:
        self._absent += 1
        if self._raw is None or (self._facts is not None and self._absent < _ABSENT_LOOKS):
            return False
        if self._facts is not None:
            _log.info("%s: no such file, so there are no sources", self.path)
        self._facts = self._raw = None
        return True
