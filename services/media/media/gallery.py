"""The pictures that are files: found, made ready once, and again when they have changed."""

import asyncio
import logging
import stat
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from media.bitmap.drawing import drawn
from media.bitmap.picture import PictureError
from media.bitmap.prepared import Prepared, prepare
from media.bitmap.screen import Screen
from media.places import places
from shared.complaints import Complaints

log = logging.getLogger("media")

_MOST_PICTURES = 64  # each takes a few kilobytes when it is ready
_Stamp = tuple[int, int, int]


@dataclass(frozen=True)
class _Kept:
    """What became of a file that was like `stamp`: a picture, or what is wrong with it."""

    stamp: _Stamp
    result: Prepared | str


class Gallery:
    """Pictures for one screen, from the files of `assets` and around."""

    def __init__(self, assets: Path, screen: Screen) -> None:
        self._assets = assets
        self._screen = screen
        self._complaints = Complaints(log)
        self._kept: OrderedDict[Path, _Kept] = OrderedDict()
        self._lock = threading.Lock()
        self._drawn: dict[str, Prepared] = {}

    async def picture(self, names: Sequence[str], last: str) -> Prepared:
        """Return the first of the files `names` that can be shown, else the drawing `last`.

        What is wrong with those before it is said once. A file that was used before and has
        not changed is only looked at, not opened.
        """
        for place, name in enumerate(names):
            result = await asyncio.to_thread(self._look, name)
            if isinstance(result, Prepared):
                self._complaints.settle(f"picture {name}", "shown again")
                return result
            other = (*names[place + 1 :], "a drawing of our own")[0]
            self._complaints.say(f"picture {name}", f"{result}; in its place: {other}")
        if last not in self._drawn:
            self._drawn[last] = await asyncio.to_thread(prepare, drawn(last), self._screen)
        return self._drawn[last]

    def _look(self, name: str) -> Prepared | str:
        """Return the picture of the file that is meant by `name`, or what is wrong; in a thread.

        It is kept here and not by the caller, who may be gone when a large one is ready.
        """
        for path in places(name, self._assets):
            try:
                status = path.stat()
            except (OSError, ValueError):  # ValueError: a name with a zero byte
                continue
            if not stat.S_ISREG(status.st_mode):
                continue  # a folder; and a pipe would be waited for without end
            stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
            with self._lock:
                kept = self._kept.get(path)
                if kept is not None and kept.stamp == stamp:
                    self._kept.move_to_end(path)
                    return kept.result
            try:
                result: Prepared | str = prepare(path, self._screen)
            except PictureError as error:
                result = str(error)
            with self._lock:
                self._kept[path] = _Kept(stamp, result)
                self._kept.move_to_end(path)
                if len(self._kept) > _MOST_PICTURES:
                    self._kept.popitem(last=False)
            return result
        return "is not there"
