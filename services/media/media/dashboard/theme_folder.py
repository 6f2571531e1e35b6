"""The themes that there are: ours, and the folders of the house."""

import contextlib
import errno
import logging
import os
import stat
import threading
from pathlib import Path

from media.dashboard.theme import (
    HEADER,
    MOST_BYTES,
    MOST_FILES,
    Files,
    NoThemeError,
    Theme,
    ThemeError,
    read_theme,
)
from shared.complaints import Complaints

_log = logging.getLogger("media")

_OURS = Path(__file__).parent / "themes"
_MOST_THEMES = 50
_MOST_DEPTH = 4

_Stamp = tuple[tuple[str, int, int], ...]


def built_in() -> Path:
    """Return the folder of our own themes."""
    return _OURS


class Themes:
    """Ours, and those of `folder`, which beat ours of the same name; read again when changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: dict[str, ThemeError] = {}
        """What is wrong with a theme of the house, by its name."""
        self._complaints = Complaints(_log)
        self._kept: dict[Path, tuple[_Stamp, Theme]] = {}
        self._reading = threading.Lock()

    def all(self) -> list[Theme]:
        """Return the themes that can be used; blocks. What is wrong with one is said once."""
        with self._reading:
            return self._all()

    def _all(self) -> list[Theme]:
        found = {path.name: self._read(path) for path in _folders(_OURS)}
        faults: dict[str, ThemeError] = {}
        for path in _folders(self.folder):
            name = _told(path.name)
            try:
                found[name] = self._read(path)
                self._complaints.settle(f"theme {name}", "is used again")
            except ThemeError as error:
                faults[name] = error
                there = "ours of this name is used" if name in found else "it is not used"
                self._complaints.say(f"theme {name}", f"{error}; {there}")
        # os.path, for a Path raises where it may not look
        self._kept = {path: kept for path, kept in self._kept.items() if os.path.isdir(path)}  # noqa: PTH112
        self.faults = faults  # whole: others look at them without waiting
        return [theme for _, theme in sorted(found.items())]

    def names(self) -> list[str]:
        """Return the names of those that can be used; blocks."""
        return [each.name for each in self.all()]

    def named(self, name: str) -> Theme:
        """Return a theme; ThemeError; blocks."""
        with self._reading:
            themes, faults = {each.name: each for each in self._all()}, self.faults
        if name in faults:
            raise faults[name]
        if name not in themes:
            raise NoThemeError(f"no theme {name[:60]!r}; there are: {', '.join(themes)}")
        return themes[name]

    def is_ours(self, theme: Theme) -> bool:
        """Tell whether a theme is one that comes with Mantel."""
        return (_OURS / theme.name) in self._kept and self._kept[_OURS / theme.name][1] is theme

    def _read(self, path: Path) -> Theme:
        stamp = _stamp(path)
        kept = self._kept.get(path)
        if kept is None or kept[0] != stamp:
            kept = stamp, read_folder(path.name, path)
            self._kept[path] = kept
        return kept[1]


def read_folder(name: str, folder: Path) -> Theme:
    """Return the theme of a folder; ThemeError."""
    try:
        os.scandir(folder).close()
    except OSError as error:
        raise ThemeError(f"{_told(str(folder))} cannot be read ({error.strerror})") from None
    files: Files = {}
    left = MOST_BYTES
    for path in _files(folder):
        inside = path.relative_to(folder).as_posix()
        try:
            content = _content(path, left)
        except OSError as error:
            link = error.errno == errno.ELOOP
            reason = "is a link; a theme has plain files" if link else error.strerror
            raise ThemeError(str(reason), _told(inside)) from None
        left -= len(content)
        files[inside] = content
        if left < 0 or len(files) > MOST_FILES:
            raise ThemeError(
                f"more than {MOST_BYTES / 1e6:g} MB or {MOST_FILES} files", _told(inside)
            )
    return read_theme(name, files)


def _told(name: str) -> str:
    """Return a name as it can be told: one may be of another encoding than UTF-8."""
    return name.encode(errors="replace").decode()


def _folders(folder: Path) -> list[Path]:
    """Return the folders in it that are themes or want to be."""
    try:
        found = [each for each in folder.iterdir() if _wants_to_be_one(each)]
    except OSError:
        return []
    return sorted(found)[:_MOST_THEMES]


def _wants_to_be_one(folder: Path) -> bool:
    try:
        (folder / HEADER).stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:  # what is wrong with it is told when it is read
        return True
    return True


def _files(folder: Path) -> list[Path]:
    """Return all files, those of hidden names left out; links to folders are not followed."""
    found = []
    for place, folders, names in os.walk(folder):
        depth = len(Path(place).relative_to(folder).parts)
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        if depth >= _MOST_DEPTH:
            folders.clear()
        found += [Path(place, each) for each in sorted(names) if not each.startswith(".")]
        links = (each for each in folders if os.path.islink(os.path.join(place, each)))  # noqa: PTH114, PTH118
        found += [Path(place, each) for each in links]
        if len(found) > MOST_FILES:
            break
    return [each for each in found if not each.name.endswith(("~", ".swp", ".tmp"))]


def _content(path: Path, most: int) -> bytes:
    """Return a plain file; OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "is no file")
        return file.read(most + 1)


def _stamp(folder: Path) -> _Stamp:
    """Return what changes when a file does."""
    rows = []
    for path in _files(folder):
        try:
            status = path.lstat()
        except OSError:
            continue
        rows.append((str(path), status.st_mtime_ns, status.st_size))
    return tuple(rows)


def some_photo(photos: Path, assets: Path) -> Path | None:
    """Return a photo to see a theme with: one of the house, else the picture that comes with us."""
    endings = {".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp"}
    for folder in (photos, assets / "img"):
        with contextlib.suppress(OSError):
            found = sorted(each for each in folder.iterdir() if each.suffix.lower() in endings)
            if found:
                return found[0]
    return None
