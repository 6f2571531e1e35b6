"""Where pictures come from: what each mode has to show."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Protocol

from media.bitmap.prepared import Prepared
from media.bitmap.scaling import Fit
from media.display.display import Display
from media.display.schedule import Mode


@dataclass(frozen=True)
class Drawn:
    """A picture that is made when it is needed, in a thread; the same `key` means the same one.

    `draw` may raise PictureError.
    """

    key: str
    draw: Callable[[], bytes | Prepared]


@dataclass(frozen=True)
class Content:
    """A picture before it is made ready for a screen.

    `source` is a file, the first that is there of several, the bytes of a picture file, or a
    drawing. `name` is what is told of it, and `called` what a complaint names. With
    `least_pixels` one that differs from the last of this name in fewer pixels is no news, and the
    display keeps what it has. `until_at` is when there will be another, as far as is known.
    `ours` is a picture of the house, made here or chosen by its owner: a small one is opened in
    this process, but what others made in a child.
    """

    source: Path | tuple[Path, ...] | bytes | Drawn
    name: str
    fit: Fit = "contain"
    until_at: datetime | None = None
    least_pixels: int = 0
    called: str = ""
    ours: bool = False

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that it may be."""
        if isinstance(self.source, Path):
            return (self.source,)
        return self.source if isinstance(self.source, tuple) else ()

    @property
    def subject(self) -> str:
        """What a complaint names."""
        return self.called or (str(self.source) if isinstance(self.source, Path) else self.name)

    @property
    def stamp(self) -> tuple[str, str]:
        """What it is known by, and what changes with it, where it is no file."""
        if isinstance(self.source, Drawn):
            return self.source.key, ""
        assert isinstance(self.source, bytes)  # noqa: S101 - files have a stamp of their own
        return self.name, blake2b(self.source, digest_size=16).hexdigest()


class Contents(Protocol):
    """What displays show in their modes.

    It is asked whenever a device asks, and every few seconds: it answers at once from what it
    knows. What takes long (a page to be drawn, news to be fetched) is done by a task of its own.
    """

    async def picture(self, display: Display, mode: Mode, now: datetime) -> Content | None:
        """Return what a display shows in a mode; None: nothing, and the idle picture is shown."""
