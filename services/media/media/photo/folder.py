"""The folder of photos as it is on the disk, walked through with little work and memory.

A folder that has not changed since it was looked at is not read again; a file that was changed
in place shows itself once an hour, when all are looked at.
"""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ENDINGS = frozenset({".jpg", ".jpeg", ".png", ".gif", ".bmp", ".webp", ".heic", ".heif"})

_MOST_DEPTH = 16
_MOST_FILES = 100_000
_SAMPLE_BYTES = 65_536


class Found(NamedTuple):
    """A file that may be a photo; `path` is below the folder, with slashes."""

    path: str
    size: int
    changed_ns: int


def walk(root: Path) -> Iterator[Found]:
    """Yield the photos of a folder and all below it, hidden ones left out.

    OSError when the folder itself cannot be read; those below are left out then.
    """
    left = _MOST_FILES
    folders: list[tuple[str, int]] = [("", 0)]
    while folders:
        below, depth = folders.pop()
        try:
            entries = sorted(os.scandir(root / below), key=lambda entry: entry.name)
        except OSError:
            if not below:
                raise
            continue
        for entry in entries:
            path = f"{below}/{entry.name}" if below else entry.name
            if entry.name.startswith((".", "@")):  # of a system, or of a NAS
                continue
            try:
                if entry.is_dir(follow_symlinks=False):
                    if depth < _MOST_DEPTH:
                        folders.append((path, depth + 1))
                elif Path(entry.name).suffix.lower() in ENDINGS and entry.is_file():
                    status = entry.stat()
                    yield Found(path, status.st_size, status.st_mtime_ns)
                    left -= 1
            except OSError:  # it went away in between
                continue
            if left <= 0:
                return


def folder_stamps(root: Path) -> dict[str, int]:
    """Return when each folder has got or lost something last; a missing one has no entry."""
    stamps: dict[str, int] = {}
    folders = [("", 0)]
    while folders:
        below, depth = folders.pop()
        try:
            stamps[below] = (root / below).stat().st_mtime_ns
            if depth < _MOST_DEPTH:
                with os.scandir(root / below) as entries:
                    folders += [
                        (f"{below}/{entry.name}" if below else entry.name, depth + 1)
                        for entry in entries
                        if entry.is_dir(follow_symlinks=False)
                        and not entry.name.startswith((".", "@"))
                    ]
        except OSError:
            continue
    return stamps


def digest(path: Path, size: int) -> bytes:
    """Return what tells a photo from others wherever it is moved to: its size, start and end."""
    hashed = hashlib.blake2b(size.to_bytes(8), digest_size=16)
    with path.open("rb") as file:
        hashed.update(file.read(_SAMPLE_BYTES))
        if size > 2 * _SAMPLE_BYTES:
            file.seek(-_SAMPLE_BYTES, os.SEEK_END)
            hashed.update(file.read(_SAMPLE_BYTES))
    return hashed.digest()
