"""Pictures made ready for screens: made once, and again when their file has changed.

A file that is being written, or is broken, leaves what was made of it before. Each gallery makes
one picture at a time, in a thread of its own.
"""

import asyncio
import logging
import stat
import threading
import zlib
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from media.bitmap.change import changed_pixels
from media.bitmap.picture import Fit, PictureError
from media.bitmap.prepared import Prepared, prepare
from media.bitmap.screen import Screen
from media.display.content import Content, Drawn
from shared.complaints import Complaints

_log = logging.getLogger("media")

_MOST_PICTURES = 256

_Key = tuple[str, Screen, Fit]


class Look(NamedTuple):
    """What a content is at a moment: where it is, and what changes when it does."""

    place: str
    stamp: object


Looks = tuple[Look | None, ...]
"""Of each content of a chain; None: it is not there."""


@dataclass
class _Kept:
    """What became of a content that was like `stamp`: the last good picture, and its fault."""

    stamp: object
    prepared: Prepared | None
    problem: str = ""


class Gallery:
    """Of each chain of contents the first is shown that can be; `most_bytes` are kept ready."""

    def __init__(self, name: str, most_bytes: int) -> None:
        self._thread = ThreadPoolExecutor(1, name)
        self._most_bytes = most_bytes
        self._complaints = Complaints(_log)
        self._kept: OrderedDict[_Key, _Kept] = OrderedDict()
        self._lock = threading.Lock()

    async def look(self, chain: Sequence[Content]) -> Looks:
        """Return what the contents of a chain are now; nothing is opened."""
        if any(each.files for each in chain):
            return await asyncio.to_thread(_look, chain)
        return _look(chain)

    async def picture(
        self, chain: Sequence[Content], looks: Looks, screen: Screen
    ) -> tuple[Prepared, Content]:
        """Return a picture ready for a screen, and the content it was made from.

        PictureError when nothing in the chain can be shown.
        """
        ready = self._first(chain, looks, screen)
        if ready is None:
            work = asyncio.get_running_loop().run_in_executor(
                self._thread, lambda: self._first(chain, looks, screen, make=True)
            )
            # It is kept when it is ready, even when the caller is gone by then
            ready = await asyncio.shield(work)
        if ready is None:
            raise PictureError("cannot be shown")
        return ready

    async def one(self, content: Content, screen: Screen) -> Prepared:
        """Return one content ready for a screen; PictureError says what is wrong with it."""
        (look,) = await self.look([content])
        if look is None:
            raise PictureError("is not there")
        key = (look.place, screen, content.fit)
        kept = self._current(key, look)
        if kept is None:
            kept = await asyncio.get_running_loop().run_in_executor(
                self._thread, self._make, key, look, content
            )
        if kept.prepared is None or kept.problem:
            raise PictureError(kept.problem)
        return kept.prepared

    def _first(
        self, chain: Sequence[Content], looks: Looks, screen: Screen, *, make: bool = False
    ) -> tuple[Prepared, Content] | None:
        """Return the first that can be shown; None where it would have to be made."""
        for number, (content, look) in enumerate(zip(chain, looks, strict=True)):
            subject, problem = f"picture {content.subject}", "is not there"
            if look is not None:
                key = (look.place, screen, content.fit)
                kept = self._current(key, look)
                if kept is None:
                    if not make:
                        return None
                    kept = self._make(key, look, content)
                if kept.prepared is not None:
                    if kept.problem:
                        told = f"{kept.problem}; what was made of it before is shown"
                        # Another screen may have nothing from before, and two lines would alternate
                        self._complaints.say(subject, told, first=True)
                    else:
                        self._complaints.settle(subject, "shown again")
                    return kept.prepared, content
                problem = kept.problem
            other = next((each.subject for each in chain[number + 1 :]), "nothing")
            self._complaints.say(subject, f"{problem}; in its place: {other}")
        return None

    def _current(self, key: _Key, look: Look) -> _Kept | None:
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or kept.stamp != look.stamp:
                return None
            self._kept.move_to_end(key)
            return kept

    def _make(self, key: _Key, look: Look, content: Content) -> _Kept:
        with self._lock:
            before = self._kept.get(key)
        last = before.prepared if before is not None else None
        try:
            prepared = _prepared(content, look, key[1])
        except PictureError as error:
            made = _Kept(look.stamp, last, str(error))
        else:
            same = content.least_pixels and last is not None and _is_alike(last, prepared, content)
            made = _Kept(look.stamp, last if same else prepared)
        if content.files and look != _look([content])[0]:
            # It is being written: what was read may be half of each
            return _Kept(None, last, "" if last is not None else "is being written")
        if made.problem and not content.files:
            return made  # nothing would tell when it is another
        with self._lock:
            self._kept[key] = made
            self._kept.move_to_end(key)
            while len(self._kept) > 1 and (
                len(self._kept) > _MOST_PICTURES or self.size_bytes > self._most_bytes
            ):
                self._kept.popitem(last=False)
        return made

    @property
    def size_bytes(self) -> int:
        """How much is kept ready."""
        return sum(each.prepared.size_bytes for each in self._kept.values() if each.prepared)


def _prepared(content: Content, look: Look, screen: Screen) -> Prepared:
    source = content.source
    drawn = source.draw() if isinstance(source, Drawn) else source
    if isinstance(drawn, Prepared):
        return drawn
    what = drawn if isinstance(drawn, bytes) else Path(look.place)
    return prepare(what, screen, content.fit, keep_pixels=content.least_pixels > 0)


def _is_alike(last: Prepared, new: Prepared, content: Content) -> bool:
    if not last.pixels:  # it was not one to be compared with
        return False
    before, after = zlib.decompress(last.pixels), zlib.decompress(new.pixels)
    return changed_pixels(before, after) < content.least_pixels


def _look(chain: Sequence[Content]) -> Looks:
    return tuple(_of_files(each.files) if each.files else Look(*each.stamp) for each in chain)


def _of_files(files: Sequence[Path]) -> Look | None:
    """Return what is the first that is there of some files."""
    for path in files:
        try:
            status = path.stat()
        except (OSError, ValueError):  # ValueError: a name with a zero byte
            continue
        if stat.S_ISREG(status.st_mode):  # no folder; and a pipe would be waited for without end
            return Look(str(path), (status.st_mtime_ns, status.st_size, status.st_ino))
    return None
