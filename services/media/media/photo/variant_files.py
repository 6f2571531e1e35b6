"""Variants as files, packed for screens: found, checked, and the worst removed when too many.

They can all be made again: what is broken or of another version is not there.
"""

import contextlib
import os
import time
from collections.abc import Container, Mapping
from collections.abc import Set as AbstractSet
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from media.bitmap.screen import Screen

MOST_FILES = 1000
MOST_BYTES = 256_000_000

_VERSION = "1"  # another one when pictures are made in another way
_ENDING = ".packed"
_NEW = ".new-"
_HALF_SECONDS = 3600.0
_DIGEST_BYTES = 16


class Packed(NamedTuple):
    """Where a variant is for a screen."""

    screen: str
    number: int
    stamp: str


class VariantFiles:
    """The files below `folder`, one folder a screen; what takes time is for a thread."""

    def __init__(
        self, folder: Path, most_files: int = MOST_FILES, most_bytes: int = MOST_BYTES
    ) -> None:
        self._folder = folder
        self._most_files = most_files
        self._most_bytes = most_bytes
        self._screens: dict[Screen, str] = {}

    def place(self, number: int, screen: Screen, source: Path) -> Packed | None:
        """Return where a variant is, or would be; None when its picture is not there."""
        try:
            status = source.stat()
        except OSError:
            return None
        facts = f"{source} {status.st_mtime_ns} {status.st_size}"
        if screen not in self._screens:
            self._screens[screen] = _hashed(f"{_VERSION} {screen}")
        return Packed(self._screens[screen], number, _hashed(facts))

    def path(self, place: Packed) -> Path:
        """Return the file of a place."""
        return self._folder / place.screen / f"{place.number}-{place.stamp}{_ENDING}"

    def has(self, place: Packed) -> bool:
        """Tell whether there is a file; not whether it is whole."""
        return os.path.exists(self.path(place))  # noqa: PTH110 - a Path raises where it may not look

    def read(self, place: Packed) -> bytes | None:
        """Return a packed picture; None when it is not there, or broken."""
        try:
            raw = self.path(place).read_bytes()
        except OSError:
            return None
        packed = raw[_DIGEST_BYTES:]
        return packed if raw[:_DIGEST_BYTES] == _digest(packed) else None

    def trim(
        self, weights: Mapping[int, float], wanted: AbstractSet[str], known: Container[int]
    ) -> int:
        """Remove files until there is room for a tenth more; return how many. OSError.

        Those of variants that are not `known` any more go in any case, and what was half written
        when we were ended. Then those first whose screen nobody has asked for lately (`wanted` has
        those that somebody did), then those that are drawn least, the oldest of them first.
        """
        found, lost = [], 0
        for path in self._folder.glob(f"*/*{_NEW}*"):
            with contextlib.suppress(OSError):
                if time.time() - path.stat().st_mtime > _HALF_SECONDS:
                    path.unlink()
        for path in self._folder.glob(f"*/*{_ENDING}"):
            with contextlib.suppress(OSError):
                status = path.stat()
                number = _number(path)
                if number not in known:
                    path.unlink()
                    lost += 1
                    continue
                weight = weights.get(number, 0.0)
                rank = (path.parent.name in wanted, weight, status.st_mtime_ns)
                found.append((rank, status.st_size, path))
        count, size = len(found), sum(each for _, each, _ in found)
        if count <= self._most_files and size <= self._most_bytes:
            return lost
        removed = lost
        for _, each, path in sorted(found):
            if count <= 0.9 * self._most_files and size <= 0.9 * self._most_bytes:
                break
            path.unlink(missing_ok=True)
            count, size, removed = count - 1, size - each, removed + 1
        return removed


def write(path: Path, packed: bytes) -> None:
    """Write a file that `read` knows to be whole, and that is never seen half; OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(f"{_NEW}{os.getpid()}")
    try:
        new.write_bytes(_digest(packed) + packed)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def _digest(packed: bytes) -> bytes:
    return blake2b(packed, digest_size=_DIGEST_BYTES).digest()


def _hashed(text: str) -> str:
    return blake2b(text.encode(), digest_size=6).hexdigest()


def _number(path: Path) -> int:
    number = path.name.partition("-")[0]
    return int(number) if number.isdecimal() else 0
