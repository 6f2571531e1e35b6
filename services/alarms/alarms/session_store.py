"""The clock's sessions in the database of the alarms; none is in memory that nobody holds.

What has changed is written in one transaction. Whether it was is told, and never raised: a
session goes on from memory beside a disk that is full, and what was asked of it is refused.
"""

import logging
import sqlite3
from collections.abc import Iterable
from pathlib import Path

import msgspec

from alarms.session import Session
from alarms.store import Store
from shared.complaints import Complaints

_log = logging.getLogger("alarms")

# Together less than the second within which a person has an answer
_READ_SECONDS = 0.3
_WRITE_SECONDS = 0.5
_EXPIRE_SECONDS = 5.0
_TABLES = (
    "CREATE TABLE IF NOT EXISTS sessions "
    "(hash TEXT PRIMARY KEY, used INTEGER NOT NULL, value BLOB NOT NULL)",
    # Counts and finds old ones without reading the sessions themselves
    "CREATE INDEX IF NOT EXISTS sessions_used ON sessions (used)",
)
# Of a rotten row neither may be what it was
_SELECT = (
    "SELECT COALESCE(CAST(value AS BLOB), x''), COALESCE(CAST(used AS INTEGER), 0) "
    "FROM sessions WHERE hash = ?"
)
_UPDATE = "UPDATE sessions SET used = ?, value = ? WHERE hash = ?"
_INSERT = "INSERT INTO sessions (used, value, hash) VALUES (?, ?, ?)"
_encode = msgspec.json.Encoder().encode


class SessionStore:
    """At most `most` sessions in `store`; a day is a number that grows by one each day."""

    def __init__(self, store: Store, path: Path, most: int) -> None:
        self._store = store
        self._subject = f"{path}: sessions"
        self._most = most
        self._complaints = Complaints(_log)

    async def read(self, wanted: Iterable[str]) -> dict[str, tuple[Session, int]] | None:
        """Return those of the wanted that exist, by hash, each with the day of its last use.

        None when the database cannot be read.
        """
        hashes = list(wanted)

        def work(database: sqlite3.Connection) -> dict[str, tuple[bytes, int]]:
            _prepare(database)
            found = {}
            for each in hashes:
                for value, day in database.execute(_SELECT, (each,)):
                    found[each] = bytes(value), int(day)
            return found

        try:
            raw = await self._store.use(work, _READ_SECONDS)
        except (sqlite3.Error, OSError) as error:
            self._complain(error)
            return None
        sessions = {}
        for each, (value, day) in raw.items():
            try:
                sessions[each] = msgspec.json.decode(value, type=Session), day
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                self._complaints.say(f"session {each}", f"not understood, begun anew: {error}")
        return sessions

    async def save(self, changed: dict[str, Session | None], day: int) -> set[str] | None:
        """Keep these (None: forget it), as used on that day, in one transaction.

        Return those that were one too many; None when nothing is on the disk.
        """
        rows = {own: None if each is None else _encode(each) for own, each in changed.items()}

        def work(database: sqlite3.Connection) -> set[str]:
            _prepare(database)
            refused: set[str] = set()
            count: int | None = None
            for own, value in rows.items():
                if value is None:
                    database.execute("DELETE FROM sessions WHERE hash = ?", (own,))
                    continue
                values = (day, value, own)
                if database.execute(_UPDATE, values).rowcount:
                    continue
                if count is None:
                    (count,) = database.execute("SELECT COUNT(*) FROM sessions").fetchone()
                if count >= self._most:
                    refused.add(own)
                else:
                    database.execute(_INSERT, values)
                    count += 1
            return refused

        try:
            refused = await self._store.use(work, _WRITE_SECONDS)
        except (sqlite3.Error, OSError) as error:
            self._complain(error)
            return None
        self._complaints.settle(self._subject)
        return refused

    async def expire(self, day: int) -> int:
        """Delete those that were last used before that day; return how many."""

        def work(database: sqlite3.Connection) -> int:
            _prepare(database)
            return database.execute("DELETE FROM sessions WHERE used < ?", (day,)).rowcount

        try:
            return await self._store.use(work, _EXPIRE_SECONDS)
        except (sqlite3.Error, OSError) as error:
            self._complain(error)
            return 0

    def _complain(self, error: BaseException) -> None:
        text = str(error) or "it does not answer"
        self._complaints.say(self._subject, f"cannot be used ({text})", first=True)


def _prepare(database: sqlite3.Connection) -> None:
    """Make the tables where they are missing: the file may have been begun anew."""
    for table in _TABLES:
        database.execute(table)
