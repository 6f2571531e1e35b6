"""The largest sample of each sound file, found once and kept by content in SQLite.

A file is known again by its path, inode, size and time of change, which costs one `stat`; moved
or touched it is known by its hash, and only what nobody has seen before is decoded.
"""

import hashlib
import os
import threading
import time
from pathlib import Path

from media.audio import level
from media.audio.decoder import open_sound
from media.audio.sound import SoundError
from media.database import connected

_MOST_FILES = 1000  # what was not asked for longest is forgotten
_REST_SECONDS = 0.0005  # between two blocks: the event loop gets its turn at once
_TABLES = (
    "CREATE TABLE IF NOT EXISTS sound_peak (hash BLOB PRIMARY KEY, peak INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS sound_file (path TEXT PRIMARY KEY, inode INTEGER, size INTEGER, "
    "changed_ns INTEGER, hash BLOB NOT NULL)",
)
_FORGET = (
    "DELETE FROM sound_file WHERE rowid NOT IN "
    "(SELECT rowid FROM sound_file ORDER BY rowid DESC LIMIT ?)",
    "DELETE FROM sound_peak WHERE hash NOT IN (SELECT hash FROM sound_file) AND ? > 0",
)

_Key = tuple[str, int, int, int]


class Peaks:
    """Its methods block; they may be called in any thread.

    Where the database cannot be used they raise sqlite3.Error.
    """

    def __init__(self, database: Path) -> None:
        self._database = database

    def known(self, file: Path) -> int | None:
        """Return the peak of a file that has not changed since it was measured, else None."""
        try:
            key = _key(file)
        except OSError:
            return None
        with connected(self._database, *_TABLES) as base:
            found = base.execute(
                "SELECT peak FROM sound_file JOIN sound_peak USING (hash) "
                "WHERE path = ? AND inode = ? AND size = ? AND changed_ns = ?",
                key,
            ).fetchone()
        return int(found[0]) if found else None

    def measure(self, file: Path) -> int:
        """Return the peak of a file and keep it.

        SoundError when there is no sound in it, or it was changed meanwhile.
        """
        try:
            key, digest = _key(file), _hash(file)
        except OSError as error:
            raise SoundError(str(error.strerror)) from None
        with connected(self._database, *_TABLES) as base:
            found = base.execute("SELECT peak FROM sound_peak WHERE hash = ?", (digest,)).fetchone()
        peak = int(found[0]) if found else _scan(file)
        if key != _key(file):
            raise SoundError("was changed while it was measured")
        with connected(self._database, *_TABLES) as base:
            base.execute("INSERT OR REPLACE INTO sound_peak VALUES (?, ?)", (digest, peak))
            base.execute("INSERT OR REPLACE INTO sound_file VALUES (?, ?, ?, ?, ?)", (*key, digest))
            for statement in _FORGET:
                base.execute(statement, (_MOST_FILES,))
        return peak


def lower_priority() -> None:
    """Let this thread, and no other, have what the rest of the machine leaves."""
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 19)


def _key(file: Path) -> _Key:
    found = file.stat()
    return str(file.absolute()), found.st_ino, found.st_size, found.st_mtime_ns


def _hash(file: Path) -> bytes:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").digest()


def _scan(file: Path) -> int:
    peak = 0
    for block in open_sound(file).blocks:
        peak = level.peak(block, peak)
        time.sleep(_REST_SECONDS)
    return peak
