"""The pictures that were pushed to displays, kept so that they outlive a restart.

They stand in the database of the displays, in a table of their own. On a full disk those of the
last minutes are still there, until a restart.
"""

import logging
import os
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Collection
from hashlib import blake2b
from pathlib import Path

from media.database import connected
from shared.complaints import Complaints

_log = logging.getLogger("media")

_MOST_KEPT_BYTES = 32_000_000
"""On the disk; of more the oldest are forgotten."""
_MOST_HELD_BYTES = 8_000_000
"""In memory, while the disk does not take them."""
_SCHEMA = "CREATE TABLE IF NOT EXISTS pushed (name TEXT PRIMARY KEY, picture BLOB NOT NULL)"


def picture_name(picture: bytes) -> str:
    """Return the name of a picture, which is the same for the same bytes."""
    return blake2b(picture, digest_size=16).hexdigest()


class Shelf:
    """Its methods block, and may be called in any thread; none raises what the disk does."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._complaints = Complaints(_log)
        self._lock = threading.Lock()
        self._held: OrderedDict[str, bytes] = OrderedDict()

    def put(self, name: str, picture: bytes) -> None:
        """Keep a picture."""
        with self._lock:
            try:
                with connected(self._database, _SCHEMA) as base:
                    base.execute("REPLACE INTO pushed VALUES (?, ?)", (name, picture))
                    self._trim(base)
            except (sqlite3.Error, OSError) as error:
                self._complaints.say(
                    "pushed pictures", f"cannot be kept ({error}); after a restart they are gone"
                )
                self._hold(name, picture)
            else:
                self._complaints.settle("pushed pictures", "are kept again")

    def _hold(self, name: str, picture: bytes) -> None:
        self._held[name] = picture
        while len(self._held) > 1 and sum(map(len, self._held.values())) > _MOST_HELD_BYTES:
            self._held.popitem(last=False)

    def _trim(self, base: sqlite3.Connection) -> None:
        left = _MOST_KEPT_BYTES
        rows = base.execute("SELECT name, length(picture) FROM pushed ORDER BY rowid DESC")
        for name, length in rows.fetchall():
            left -= length
            if left < 0:
                base.execute("DELETE FROM pushed WHERE name = ?", (name,))

    def read(self, name: str) -> bytes | None:
        """Return a picture; None when it is not there any more."""
        with self._lock:
            if name in self._held:
                return self._held[name]
            try:
                with connected(self._database, _SCHEMA) as base:
                    found = base.execute(
                        "SELECT CAST(picture AS BLOB) FROM pushed WHERE name = ?", (name,)
                    ).fetchone()
            except (sqlite3.Error, OSError) as error:
                self._complaints.say("pushed pictures", f"cannot be read ({error})")
                return None
        return bytes(found[0]) if found else None

    def keep(self, names: Collection[str]) -> None:
        """Forget all but these."""
        with self._lock:
            for gone in self._held.keys() - set(names):
                del self._held[gone]
            if not os.path.exists(self._database):  # noqa: PTH110 - a Path raises where it may not look
                return
            try:
                with connected(self._database, _SCHEMA) as base:
                    rows = base.execute("SELECT name FROM pushed").fetchall()
                    gone_rows = [(name,) for (name,) in rows if name not in names]
                    base.executemany("DELETE FROM pushed WHERE name = ?", gone_rows)
            except (sqlite3.Error, OSError) as error:
                self._complaints.say("pushed pictures", f"cannot be forgotten ({error})")
