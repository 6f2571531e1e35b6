"""What a child is asked to draw and what it answers, as they pass through its pipes. Pure.

They are plain tuples: a child that knew msgspec would take 9 MB more, and begin 20 ms later.
"""

import io
import pickle
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from media.bitmap.screen import Screen

MAIN = "theme.typ"
LIBRARY = "mantel/"
"""Where themes find what we give them; a theme has no folder of that name."""

Box = tuple[int, int, int, int]
"""Left, top, and right and bottom just outside, in pixels."""


class PageJob(NamedTuple):
    """A page of a theme. `files` are sent once: a child keeps those of a `mark`."""

    mark: str
    files: dict[str, bytes] | None
    page: bytes  # JSON, see page.py
    width: int
    height: int
    scale: float  # pixels a point
    screen: "Screen | None" = None  # None: a PNG of it is wanted, not a frame
    photo: str | None = None  # path of a picture file
    photo_box: Box | None = None
    cpu_seconds: int = 30


class CardJob(NamedTuple):
    """A card for a small screen; as PNG, too, where `png` says so."""

    page: bytes
    screen: "Screen"
    png: bool = False


Job = PageJob | CardJob


class Fault(NamedTuple):
    """Why there is no picture, and where in a theme's files."""

    message: str
    file: str = ""
    line: int | None = None


class Drawn(NamedTuple):
    """A picture: for a screen its frame and preview, else a PNG. `note` is what is missing."""

    png: bytes = b""
    width: int = 0
    height: int = 0
    format: str = ""
    packed: bytes = b""
    preview: bytes = b""
    note: str = ""


class Unknown(NamedTuple):
    """The files of this mark are not here (any more): send them."""


Outcome = Fault | Drawn | Unknown


def answer(packed: bytes) -> Outcome:
    """Return what a child answers, which is nothing but an Outcome; pickle.UnpicklingError."""
    outcome: Outcome = _Answer(io.BytesIO(packed)).load()
    return outcome


class _Answer(pickle.Unpickler):
    """A child has read what comes from outside: it may name no other class or function."""

    def find_class(self, module: str, name: str) -> type[tuple[object, ...]]:
        kind = {each.__name__: each for each in (Fault, Drawn, Unknown)}.get(name)
        if module != __name__ or kind is None:
            raise pickle.UnpicklingError(f"{module}.{name} is no answer")
        return kind
