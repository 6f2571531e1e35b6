"""Pictures made ready for screens: made once, and again when their file has changed.

A file that is being written, or is broken, leaves what was made of it before. Each gallery makes
one picture at a time: in the darkroom, but a small one of the house for a small screen in a thread.
"""

import asyncio
import logging
import stat
import zlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from media.bitmap.change import changed_pixels
from media.bitmap.header import is_small
from media.bitmap.picture import PictureError
from media.bitmap.prepared import Prepared, prepare
from media.bitmap.scaling import Fit
from media.bitmap.screen import Screen
from media.child_process import NoChildError
from media.darkroom import Darkroom
from media.display.content import Content, Drawn
from shared.complaints import Complaints

_log = logging.getLogger("media")

_MOST_PICTURES = 256
_FEW_PIXELS = 500_000
"""Of a screen: a picture for 1600 x 1200 takes 30 MB while it is made, which are not given back."""

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

    def __init__(self, darkroom: Darkroom, most_bytes: int) -> None:
        self._darkroom = darkroom
        self._most_bytes = most_bytes
        self._complaints = Complaints(_log)
        self._kept: OrderedDict[_Key, _Kept] = OrderedDict()
        self._turn = asyncio.Lock()
        self._works: set[asyncio.Task[_Kept]] = set()

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
        for number, (content, look) in enumerate(zip(chain, looks, strict=True)):
            subject, problem = f"picture {content.subject}", "is not there"
            if look is not None:
                kept = await self._of(content, look, screen)
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
        raise PictureError("cannot be shown")

    async def one(self, content: Content, screen: Screen) -> Prepared:
        """Return one content ready for a screen; PictureError says what is wrong with it."""
        (look,) = await self.look([content])
        if look is None:
            raise PictureError("is not there")
        kept = await self._of(content, look, screen)
        if kept.prepared is None or kept.problem:
            raise PictureError(kept.problem)
        return kept.prepared

    async def _of(self, content: Content, look: Look, screen: Screen) -> _Kept:
        """Return what is kept of a content as it is now, made when it has to be."""
        key = (look.place, screen, content.fit)
        kept = self._current(key, look)
        if kept is not None:
            return kept
        # It is kept when it is ready, even when the caller is gone by then
        work = asyncio.create_task(self._in_turn(key, look, content), name="make a picture")
        self._works.add(work)
        work.add_done_callback(self._works.discard)
        return await asyncio.shield(work)

    async def _in_turn(self, key: _Key, look: Look, content: Content) -> _Kept:
        async with self._turn:
            return self._current(key, look) or await self._make(key, look, content)

    def _current(self, key: _Key, look: Look) -> _Kept | None:
        kept = self._kept.get(key)
        if kept is None or kept.stamp != look.stamp:
            return None
        self._kept.move_to_end(key)
        return kept

    async def _make(self, key: _Key, look: Look, content: Content) -> _Kept:
        before = self._kept.get(key)
        last = before.prepared if before is not None else None
        try:
            prepared = await self._prepared(content, look, key[1])
        except NoChildError as error:  # which is not its fault
            return _Kept(None, last, str(error))
        except PictureError as error:
            made = _Kept(look.stamp, last, str(error))
        else:
            same = (
                content.least_pixels
                and last is not None
                and await asyncio.to_thread(_is_alike, last, prepared, content)
            )
            made = _Kept(look.stamp, last if same else prepared)
        if content.files and (await self.look([content]))[0] != look:
            # It is being written: what was read may be half of each
            return _Kept(None, last, "" if last is not None else "is being written")
        if made.problem and not content.files:
            return made  # nothing would tell when it is another
        self._kept[key] = made
        self._kept.move_to_end(key)
        while len(self._kept) > 1 and (
            len(self._kept) > _MOST_PICTURES or self.size_bytes > self._most_bytes
        ):
            self._kept.popitem(last=False)
        return made

    async def _prepared(self, content: Content, look: Look, screen: Screen) -> Prepared:
        source, keep = content.source, content.least_pixels > 0
        drawn = await asyncio.to_thread(source.draw) if isinstance(source, Drawn) else source
        if isinstance(drawn, Prepared):
            return drawn
        what = drawn if isinstance(drawn, bytes) else Path(look.place)
        few = screen.width * screen.height <= _FEW_PIXELS
        if content.ours and few and await asyncio.to_thread(is_small, what):
            return await asyncio.to_thread(prepare, what, screen, content.fit, keep_pixels=keep)
        return await self._darkroom.prepared(what, screen, content.fit, keep_pixels=keep)

    @property
    def size_bytes(self) -> int:
        """How much is kept ready."""
        return sum(each.prepared.size_bytes for each in self._kept.values() if each.prepared)


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
