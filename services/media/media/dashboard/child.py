"""Draws pages and ends when its stdin does: Jobs in, Outcomes out.

`main` is started with a folder, which it may write to, and which it removes. Whatever is imported
here costs each first page its time: most is imported where it is used.

Of its own, because typst takes 50 MB that a Pi gets back when it ends; and because a theme may
loop for ever or ask for all memory there is, and only a process can be ended.
"""

import gc
import io
import json
import math
import os
import pickle
import resource
import struct
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from media.dashboard.fonts import MISSING, sans
from media.dashboard.job import (
    Box,
    CardJob,
    Drawn,
    Fault,
    Job,
    Outcome,
    PageJob,
    Unknown,
    packed,
)

if TYPE_CHECKING:
    from media.bitmap.screen import Screen
    from media.dashboard.typesetter import Typesetter

MOST_MEMORY_BYTES = 160 << 20
"""Of its own; what it shares with others (its libraries' code) is not counted."""

_MOST_PNG_BYTES = 700_000  # it goes through the broker

_LENGTH = struct.Struct(">I")


def main() -> None:
    """Answer on stdout what comes on stdin, until that ends."""
    # What libraries print must not get among the answers
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(10)  # sound goes first
    gc.freeze()
    painter = Painter(Path(sys.argv[1]))
    try:
        while (job := _next(sys.stdin.buffer)) is not None:
            answer = packed(painter.draw(job))
            answers.write(_LENGTH.pack(len(answer)) + answer)
            answers.flush()
            del job, answer
            painter.forget()  # while nobody waits
    finally:
        painter.close()


def _next(pipe: BinaryIO) -> Job | None:
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    # of the process that has started us
    job: Job = pickle.loads(pipe.read(_LENGTH.unpack(head)[0]))  # noqa: S301
    return job


class Painter:
    """Draws one job after the other."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._typesetter: Typesetter | None = None

    def close(self) -> None:
        """Remove what was written."""
        import shutil

        shutil.rmtree(self._folder, ignore_errors=True)

    def draw(self, job: Job) -> Outcome:
        """Return the picture, or why there is none."""
        try:
            drawn = _card(job) if isinstance(job, CardJob) else self._page(job)
        except MemoryError:
            return Fault("needs too much memory")
        except OSError as error:
            return Fault(str(error))
        if isinstance(drawn, Drawn) and not drawn.note and sans() is None:
            return drawn._replace(note=MISSING)
        return drawn

    def forget(self) -> None:
        """Let go of what the last page took."""
        if self._typesetter is not None:
            self._typesetter.forget()

    def _page(self, job: PageJob) -> Outcome:
        _limit_cpu(job.cpu_seconds)
        typesetter = self._typeset()
        if not typesetter.knows(job.mark):
            if job.files is None:
                return Unknown()
            typesetter.take(job.mark, job.files)
        png = typesetter.png(job.mark, job.page, (job.width, job.height), job.scale)
        if isinstance(png, Fault):
            return png
        if job.screen is not None or job.photo is not None:
            typesetter.forget()  # what it let go of is used again for the picture
        note, photos = "", []
        if job.photo is not None and job.photo_box is not None:
            from media.bitmap.picture import PictureError

            try:
                png, photos = _with_photo(png, job), [job.photo_box]
            except PictureError as error:
                note = f"photo {job.photo}: {error}"
            except MemoryError:
                note = f"photo {job.photo}: takes too much memory"
        if job.screen is None:
            return Drawn(png=png, width=job.width, height=job.height, note=note)
        return _ready(png, job.screen, photos, note)

    def _typeset(self) -> "Typesetter":
        if self._typesetter is None:
            from media.dashboard.typesetter import Typesetter  # 40 MB, which no card needs

            self._typesetter = Typesetter(self._folder)
        return self._typesetter


def _limit_cpu(seconds: int) -> None:
    """Have the kernel end us after so many seconds more: perhaps nobody waits for us any more."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = math.ceil(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))


def _card(job: CardJob) -> Outcome:
    from media.dashboard.card import card

    png = card(json.loads(job.page), *job.screen.size)
    if job.png:
        return Drawn(png=png, width=job.screen.size[0], height=job.screen.size[1])
    return _ready(png, job.screen)


def _with_photo(png: bytes, job: PageJob) -> bytes:
    """Return the page with the photo in its box; PictureError when it cannot be shown."""
    from media.bitmap.picture import open_picture

    left, top, right, bottom = job.photo_box or (0, 0, 0, 0)
    photo = open_picture(Path(job.photo or ""), right - left, bottom - top, "smart")
    whole = open_picture(png, job.width, job.height).convert("RGB")
    whole.paste(photo, (left, top))
    file = io.BytesIO()
    whole.save(file, "PNG", compress_level=1)
    if job.screen is None and file.tell() > _MOST_PNG_BYTES:
        file = io.BytesIO()
        whole.quantize(256).save(file, "PNG", optimize=True)
    return file.getvalue()


def _ready(png: bytes, screen: "Screen", photos: Sequence[Box] = (), note: str = "") -> Drawn:
    """Return a page of our own making as a screen takes it."""
    from media.bitmap.prepared import prepare  # Pillow takes 10 MB, which no preview needs

    made = prepare(png, screen, "contain", "threshold", photos)
    frame = made.frame
    return Drawn(
        width=frame.width,
        height=frame.height,
        format=frame.format,
        packed=frame.packed,
        preview=made.preview,
        note=note,
    )
