"""The folder of a panel's pictures and sounds, looked at again and again."""

import asyncio
import logging
import os
import re
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path

from shared.complaints import Complaints
from shared.pace import beats
from ws_bridge.media_check import HEAD_BYTES, Found, Report, judge

_LOOK_SECONDS = 5.0
_FRESH_SECONDS = 0.5
"""Who asks again so soon is told the same."""
_PATIENCE_SECONDS = 2.0
"""So long is a card or a network waited for; then what is known has to do."""
_NUMBERED = re.compile(r"[0-9]{3}\.(?:jpg|mp3)")
"""What a page may ask for; any other file of the folder is nobody's here."""
_MOST_NAMED = 5


class MediaFolder:
    """What is in the folder now; `version` is another when anything in it has changed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.found: dict[str, Found] = {}
        self.version = ""
        self.changed: Callable[[], None] = lambda: None
        self._looked_at = float("-inf")
        self._looking: asyncio.Task[None] | None = None
        self._complaints = Complaints(logging.getLogger("ws-bridge"))

    async def look(self) -> None:
        """Look, unless somebody just did; while one looks, all wait for that one, for a while."""
        if self._looking is None or self._looking.done():
            now = asyncio.get_running_loop().time()
            if now - self._looked_at < _FRESH_SECONDS:
                return
            self._looked_at = now
            self._looking = asyncio.create_task(self._look(), name="look at media")
        done, _ = await asyncio.wait({self._looking}, timeout=_PATIENCE_SECONDS)
        if done:
            self._looking.result()
        else:
            self._complaints.say(f"folder {self.path}", "does not answer; it is still waited for")

    async def _look(self) -> None:
        found = await asyncio.to_thread(_scan, self.path, self.found)
        self._complaints.settle(f"folder {self.path}", "answers again")
        version = blake2b(repr(sorted(found.items())).encode(), digest_size=8).hexdigest()
        if version != self.version:
            self.found, self.version = found, version
            self.changed()

    async def watch(self) -> None:
        """Look each few seconds."""
        async for _ in beats(_LOOK_SECONDS):
            await self.look()

    def report(self, count: int, first: int) -> Report:
        """Return what is wrong with the media of a panel."""
        return judge(self.found, count, first)

    def complain(self, report: Report) -> None:
        """Say what is wrong, or that nothing is any more."""
        wrong = report.missing + report.problems
        if not self.version:
            return  # nobody could look yet
        if not wrong:
            self._complaints.settle(f"media in {self.path}", "complete")
            return
        named = ", ".join(wrong[:_MOST_NAMED]) + (", ..." if len(wrong) > _MOST_NAMED else "")
        self._complaints.say(
            f"media in {self.path}",
            f"{len(report.missing)} missing or empty, {len(report.problems)} doubtful: {named}",
        )


def _scan(path: Path, before: dict[str, Found]) -> dict[str, Found]:
    """Return the pictures and sounds; only of those that changed is the beginning read."""
    found: dict[str, Found] = {}
    try:
        folder = os.path.realpath(path)
        with os.scandir(path) as entries:
            for entry in entries:
                if _NUMBERED.fullmatch(entry.name):
                    file = _look_at(entry, folder, before.get(entry.name))
                    if file is not None:
                        found[entry.name] = file
    except OSError:
        pass  # no folder, no media
    return found


def _look_at(entry: os.DirEntry[str], folder: str, before: Found | None) -> Found | None:
    try:
        if entry.is_symlink() and not Path(os.path.realpath(entry.path)).is_relative_to(folder):
            return None  # as when it is asked for
        about = entry.stat()
        if not entry.is_file():
            return None
        if before is not None and before[:2] == (about.st_size, about.st_mtime_ns):
            return before
        with open(entry.path, "rb") as file:  # noqa: PTH123 - a path would be made for each
            return Found(about.st_size, about.st_mtime_ns, file.read(HEAD_BYTES))
    except OSError:
        return None  # gone in between, or not to be read: it cannot be served either
