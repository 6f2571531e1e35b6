"""The photos of an older server: found where its database says, and copied beside ours."""

import filecmp
import os
import re
import shutil
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_ENDINGS = {".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp"}
"""What the hub shows."""
_OTHERS = {".heic", ".heif", ".tif", ".tiff", ".avif"}
"""Pictures that it does not, or where more is installed only."""
_PNG = b"\x89PNG\r\n\x1a\n"
_FIRST_CHUNK_END = 33  # of IHDR, which all others follow
_ORIENTATION = 0x0112
_MOST_CHARACTERS = 200  # of a name; a file system takes 255 bytes


@dataclass
class Found:
    """The files to take, each once, and what is left out, in words for a person."""

    files: list[Path] = field(default_factory=list)
    lying: set[Path] = field(default_factory=set)
    """Those of `files` that were made to lie on their side."""
    problems: list[str] = field(default_factory=list)


def find(paths: list[str], variants: list[str], folders: list[Path], generated: str = "") -> Found:
    """Return the files of `paths` and `variants`, and all others in the folders and below them.

    A path may be of another machine: what is not there is looked for in the folders, by the
    end of its path and then by its name. A folder of the name of `generated` holds what the old
    server made, and is passed over.
    """
    found = Found()
    taken: set[Path] = set()
    for path in dict.fromkeys(paths + variants):
        file = _place(path, folders)
        if file is None:
            found.problems.append(f"{path} is left out: it is not there")
        elif file not in taken:
            taken.add(file)
            _add(file, found)
            if path in variants:
                found.lying.add(file)
    for folder in folders:
        for file in _below(folder, found, Path(generated).name):
            if (own := file.resolve()) not in taken:
                taken.add(own)
                if file.suffix.lower() in _ENDINGS | _OTHERS:
                    _add(own, found)
    return found


def _place(path: str, folders: list[Path]) -> Path | None:
    try:
        own = Path(path).expanduser()
        parts = [part for part in own.parts if part not in {"/", ".."}]
        tails = [Path(*parts[start:]) for start in range(len(parts))]
        places = [own, *(folder / tail for tail in tails for folder in folders)]
        return next((place.resolve() for place in places if place.is_file()), None)
    except (OSError, ValueError, RuntimeError):  # a zero byte, a name that is too long, no home
        return None


def _below(folder: Path, found: Found, except_: str) -> Iterator[Path]:
    """Yield all files; folders that cannot be read are told."""

    def complain(error: OSError) -> None:
        found.problems.append(f"{error.filename} is left out: {error.strerror}")

    for where, folders, names in os.walk(folder, onerror=complain):
        folders[:] = sorted(name for name in folders if name != except_)
        yield from (Path(where) / name for name in sorted(names) if not name.startswith("."))


def _add(file: Path, found: Found) -> None:
    if file.suffix.lower() in _ENDINGS:
        found.files.append(file)
    else:
        found.problems.append(f"{file} is left out: the hub shows PNG, JPEG, GIF and WebP")


def take(file: Path, photos: Path, *, link: bool = False, lying: bool = False) -> bool:
    """Copy a file into the folder, or link it there; return whether it was not there before.

    A name that another picture has gets a number. The file is there whole, or not at all; what
    was `lying` is marked to be shown upright. OSError.
    """
    raw = upright(file.read_bytes()) if lying else None
    for name in _names(file):
        target = photos / name
        if target.exists():
            same = filecmp.cmp(file, target, False) if raw is None else target.read_bytes() == raw
            if same:
                return False
            continue
        photos.mkdir(parents=True, exist_ok=True)
        new = target.with_name(f".{name}.new")
        new.unlink(missing_ok=True)
        if raw is not None:
            new.write_bytes(raw)
        elif not (link and _linked(file, new)):
            shutil.copyfile(file, new)
            shutil.copystat(file, new)
            new.chmod(0o644)  # the hub runs as another user
        new.replace(target)
        return True
    raise AssertionError  # never: numbers have no end


def upright(raw: bytes) -> bytes:
    """Return a PNG with a note that it is to be turned clockwise by 90 degrees.

    The old server turned upright pictures for a screen that lay; the note is an EXIF orientation.
    """
    if not raw.startswith(_PNG):
        return raw
    tag = struct.pack("<HHIHH", _ORIENTATION, 3, 1, 6, 0)
    chunk = b"eXIf" + b"II*\0" + struct.pack("<IH", 8, 1) + tag + bytes(4)
    whole = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return raw[:_FIRST_CHUNK_END] + whole + raw[_FIRST_CHUNK_END:]


def _names(file: Path) -> Iterator[str]:
    stem = re.sub(r"[\x00-\x1f/\\]", "_", file.stem)[:_MOST_CHARACTERS].lstrip(".") or "photo"
    yield f"{stem}{file.suffix}"
    number = 2
    while True:
        yield f"{stem}-{number}{file.suffix}"
        number += 1


def _linked(file: Path, new: Path) -> bool:
    """Make a second name of the same file; False on another file system."""
    try:
        new.hardlink_to(file)
    except OSError:
        return False
    return True
