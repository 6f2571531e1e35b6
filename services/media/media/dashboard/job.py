"""What a child is asked to draw and what it answers, as they pass through its pipes. Pure."""

from msgspec import Struct

from media.bitmap.screen import Screen

Box = tuple[int, int, int, int]
"""Left, top, and right and bottom just outside, in pixels."""


class PageJob(Struct, frozen=True, tag="page"):
    """A page of a theme. `files` are sent once: a child keeps those of a `mark`."""

    mark: str
    files: dict[str, bytes] | None
    page: bytes  # JSON, see page.py
    width: int
    height: int
    scale: float  # pixels a point
    screen: Screen | None = None  # None: a PNG of it is wanted, not a frame
    photo: str | None = None  # path of a picture file
    photo_box: Box | None = None
    cpu_seconds: int = 30


class CardJob(Struct, frozen=True, tag="card"):
    """A card for a small screen; as PNG, too, where `png` says so."""

    page: bytes
    screen: Screen
    png: bool = False


Job = PageJob | CardJob


class Fault(Struct, frozen=True, tag="fault"):
    """Why there is no picture, and where in a theme's files."""

    message: str
    file: str = ""
    line: int | None = None


class Drawn(Struct, frozen=True, tag="drawn"):
    """A picture: for a screen its frame and preview, else a PNG. `note` is what is missing."""

    png: bytes = b""
    width: int = 0
    height: int = 0
    format: str = ""
    packed: bytes = b""
    preview: bytes = b""
    note: str = ""


class Unknown(Struct, frozen=True, tag="unknown"):
    """The files of this mark are not here (any more): send them."""


Outcome = Fault | Drawn | Unknown
