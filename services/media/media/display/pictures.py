"""The picture that a display is to show: made once, and again when its file has changed.

A file that is being written, or is broken, leaves the display with what it had; without any file
there is a drawing. So a picture is always there, and always whole.
"""

import asyncio
import logging
import stat
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from media.bitmap.drawing import drawn
from media.bitmap.frame import Frame
from media.bitmap.picture import Fit, PictureError
from media.bitmap.screen import Screen
from media.display.display import Display
from media.display.schedule import Mode
from media.display.screens import frame_for, screen_of
from media.display.splash import splash
from shared.complaints import Complaints

_log = logging.getLogger("media")

_MOST_BYTES = 8_000_000
"""Of all that is kept ready: some twenty large photos."""
_MOST_PICTURES = 256
_IDLE = "img/idle.png"
_ENDINGS = {".png", ".jpg", ".jpeg", ".gif", ".webp"}

_Stamp = tuple[int, int, int]
_Key = tuple[str, Screen]


@dataclass
class _Kept:
    """The last good frame of a picture, and the state of the file that was looked at last."""

    stamp: _Stamp | None
    frame: Frame | None


class Pictures:
    """Pictures of any size, from the files of the two folders."""

    def __init__(self, assets: Path, photos: Path) -> None:
        self._idle = assets / _IDLE
        self._photos = photos
        self._kept: OrderedDict[_Key, _Kept] = OrderedDict()
        self._making = threading.Lock()
        self._complaints = Complaints(_log)

    async def picture(self, display: Display, mode: Mode) -> Frame:
        """Return what a display shows in a mode."""
        return await asyncio.to_thread(self._picture, display, mode)

    def _picture(self, display: Display, mode: Mode) -> Frame:
        # One after the other: of 500 displays that ask at once all want the same
        with self._making:
            return self._first(display, mode)

    def _first(self, display: Display, mode: Mode) -> Frame:
        if mode == "boot":
            return self._splash(display)
        for path, fit in self._files(display, mode):
            if (frame := self._of_file(path, display, fit)) is not None:
                return frame
        return self._made("drawing", display, lambda: drawn("idle"))

    def _splash(self, display: Display) -> Frame:
        lines = (
            display.id,
            f"hardware id {display.hardware_id}",
            f"{display.width} x {display.height} pixels",
            f"hub {display.host}",
        )
        size = _at_most(*screen_of(display).size)
        return self._made("\n".join(lines), display, lambda: splash(lines, *size))

    def _files(self, display: Display, mode: Mode) -> Iterator[tuple[Path, Fit]]:
        """Yield the files to try."""
        if mode == "photo" and (photos := self._all_photos()):
            yield photos[display.turn % len(photos)], "cover"
        yield self._idle, "contain"

    def _all_photos(self) -> list[Path]:
        try:
            return sorted(
                each for each in self._photos.iterdir() if each.suffix.lower() in _ENDINGS
            )
        except OSError:
            return []

    def _of_file(self, path: Path, display: Display, fit: Fit) -> Frame | None:
        """Return the picture of a file, the last good one of it, or None."""
        stamp = _stamp(path)
        if stamp is None:
            return None
        screen = screen_of(display)
        key = (str(path), screen)
        kept = self._kept.get(key)
        if kept is not None and kept.stamp == stamp:
            return self._keep(key, kept)
        last = kept.frame if kept is not None else None
        frame: Frame | None
        try:
            frame = frame_for(path, screen, fit)
        except PictureError as error:
            self._complaints.say(f"picture {path}", f"{error}; displays show another")
            frame = last
        else:
            self._complaints.settle(f"picture {path}", "shown again")
        if stamp != _stamp(path):  # it is being written: what was read may be half of each
            return last
        return self._keep(key, _Kept(stamp, frame))

    def _made(self, name: str, display: Display, make: Callable[[], bytes]) -> Frame:
        """Return a picture that needs no file."""
        screen = screen_of(display)
        key = (name, screen)
        kept = self._kept.get(key)
        frame = kept.frame if kept is not None else None
        if frame is None:
            frame = frame_for(make(), screen)
        self._keep(key, _Kept(None, frame))
        return frame

    def _keep(self, key: _Key, kept: _Kept) -> Frame | None:
        self._kept[key] = kept
        self._kept.move_to_end(key)
        while len(self._kept) > 1 and (
            len(self._kept) > _MOST_PICTURES or self._bytes() > _MOST_BYTES
        ):
            self._kept.popitem(last=False)
        return kept.frame

    def _bytes(self) -> int:
        return sum(len(each.frame.packed) for each in self._kept.values() if each.frame)


def _at_most(width: int, height: int) -> tuple[int, int]:
    """Return a size of the same shape in which text can be laid out without much memory."""
    scale = min(1.0, 1600 / max(width, height))
    return max(1, int(width * scale)), max(1, int(height * scale))


def _stamp(path: Path) -> _Stamp | None:
    """Return what changes when a file does; None when it is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    if not stat.S_ISREG(status.st_mode):
        return None  # a folder; and a pipe would be waited for without end
    return status.st_mtime_ns, status.st_size, status.st_ino
