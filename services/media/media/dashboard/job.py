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


_KINDS: dict[str, type[Fault | Drawn | Unknown]] = {
    each.__name__: each for each in (Fault, Drawn, Unknown)
}
_FIELDS = {
    "Fault": ((str,), (str,), (int, type(None))),
    "Drawn": tuple((type(each),) for each in Drawn()),
    "Unknown": (),
}
"""Of each kind the types that its fields may have."""
# What is raised by a pickle that nobody wrote with `pickle.dumps`
_BROKEN = (
    pickle.UnpicklingError, EOFError, MemoryError, LookupError, ValueError, TypeError,
    AttributeError, OverflowError, RecursionError,
)  # fmt: skip


def packed(outcome: Outcome) -> bytes:
    """Return an outcome for `answer`: its kind by name and its fields, of no class."""
    return pickle.dumps((type(outcome).__name__, *outcome))


def answer(raw: bytes) -> Outcome:
    """Return what a child answers, which is nothing but an Outcome; pickle.UnpicklingError."""
    try:
        name, *fields = _Plain(io.BytesIO(raw)).load()
        kind, wanted = _KINDS[name], _FIELDS[name]
    except _BROKEN as error:
        raise pickle.UnpicklingError(str(error)) from None
    if len(fields) != len(wanted) or not all(map(isinstance, fields, wanted)):
        raise pickle.UnpicklingError(f"is no {name}")
    return kind(*fields)


class _Plain(pickle.Unpickler):
    """A child has read what comes from outside: it may name no class and no function."""

    def find_class(self, module: str, name: str) -> object:
        raise pickle.UnpicklingError(f"{module}.{name} is no answer")
