"""A theme: what its theme.toml says, and where it is wrong. Pure."""

import re
import tomllib
from hashlib import blake2b
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from media.dashboard.job import LIBRARY, MAIN
from media.dashboard.page import BLOCKS, BlockName
from shared.errors import MantelError

HEADER = "theme.toml"

MOST_FILES = 100
MOST_BYTES = 4_000_000

Files = dict[str, bytes]
"""The files of a theme, by their path with "/" between its parts."""

InkKind = Literal["mono", "gray", "colour"]
Side = Annotated[int, Meta(ge=16, le=4000)]
Share = Annotated[float, Meta(ge=0, le=1)]

_NAME = re.compile(r"[a-z0-9_-]{1,40}\Z")
_PACKAGE = re.compile(rb"""["']@(preview|local|[a-z0-9-]+)/""")


class ThemeError(MantelError):
    """A theme that cannot be used; `file` and `line` tell where, as far as is known."""

    def __init__(self, message: str, file: str = "", line: int | None = None) -> None:
        self.message, self.file, self.line = message, file, line
        place = f"{file}:{line}" if line else file
        super().__init__(f"{place}: {message}" if place else message)


class NoThemeError(ThemeError):
    """There is no theme of that name."""


class Header(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What theme.toml says."""

    title: Annotated[str, Meta(min_length=1, max_length=60)]
    sizes: Annotated[tuple[tuple[Side, Side], ...], Meta(min_length=1, max_length=16)]
    """Width and height for which it was made; it is scaled to others."""
    mode: Literal["dashboard", "news"] = "dashboard"
    inks: tuple[InkKind, ...] = ("mono", "gray", "colour")
    """Screens that it looks good on."""
    shows: tuple[BlockName, ...] = tuple(each for each in BLOCKS if each != "clock")  # type: ignore[misc]
    """What it shows. Whatever else changes draws no new picture; `clock` changes each minute."""
    refresh_minutes: Annotated[int, Meta(ge=1, le=1440)] = 60
    """How often graphs and a clock are drawn anew. All else is at once."""
    photo: tuple[Share, Share, Share, Share] | None = None
    """Left, top, right and bottom of a photo, as shares of width and height."""
    automatic: bool = True
    """Whether a display may get it that nobody chose a theme for."""
    description: Annotated[str, Meta(max_length=300)] = ""


class Theme(Struct, frozen=True, kw_only=True):
    """A theme, whole."""

    name: str
    header: Header
    files: Files

    @property
    def mark(self) -> str:
        """What changes when a file of it does."""
        total = blake2b(digest_size=16)
        for name, content in sorted(self.files.items()):
            total.update(f"{len(name)} {name} {len(content)} ".encode() + content)
        return total.hexdigest()


def read_theme(name: str, files: Files) -> Theme:
    """Return the theme of these files; ThemeError."""
    if not _NAME.match(name):
        raise ThemeError(
            f"{name[:60]!r} is no name of a theme: a to z, 0 to 9, - and _ are its letters"
        )
    check_files(files)
    if HEADER not in files:
        raise ThemeError(f"is missing; it tells title and sizes of the theme {name}", HEADER)
    if MAIN not in files:
        raise ThemeError(f"is missing; it is what the theme {name} draws", MAIN)
    if not files[MAIN].strip():  # an editor that is about to write it has made it empty
        raise ThemeError("is empty", MAIN)
    for path, content in sorted(files.items()):
        if path.endswith(".typ") and (found := _PACKAGE.search(content)):
            line = content.count(b"\n", 0, found.start()) + 1
            raise ThemeError("packages cannot be used: a theme has its own files alone", path, line)
    return Theme(name=name, header=_header(files[HEADER]), files=files)


def check_files(files: Files) -> None:
    """Raise ThemeError when there are too many of them, or one has a strange name."""
    if len(files) > MOST_FILES:
        raise ThemeError(f"has {len(files)} files, {MOST_FILES} are the most")
    if sum(map(len, files.values())) > MOST_BYTES:
        raise ThemeError(f"is larger than {MOST_BYTES / 1e6:g} MB")
    for path in files:
        parts = path.split("/")
        if not path.isprintable() or len(path) > 200 or {"", ".", ".."} & set(parts):
            raise ThemeError("is no path of a file in a theme", ascii(path[:80]))
        if path.startswith(LIBRARY):
            raise ThemeError("the folder mantel is the hub's own", path)


def _header(raw: bytes) -> Header:
    try:
        text = raw.decode()
        return msgspec.convert(tomllib.loads(text), Header)
    except UnicodeDecodeError:
        raise ThemeError("is no UTF-8", HEADER) from None
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        found = re.search(r" \(at line (\d+)", message)
        line = int(found[1]) if found else None
        raise ThemeError(message.partition(" (at ")[0], HEADER, line) from None
    except msgspec.ValidationError as error:
        message = str(error)
        found = re.search(r"(?:`\$\.|field `)(\w+)", message)
        line = _line_of(found[1], text) if found else None
        raise ThemeError(
            message.replace("`$.", "`").replace("Object", "the file"), HEADER, line
        ) from None


def _line_of(key: str, text: str) -> int | None:
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(rf"\s*{re.escape(key)}\s*=", line):
            return number
    return None
