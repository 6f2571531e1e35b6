"""What the sources knew last, in the database of `media`: it outlives a kill and a power cut."""

import contextlib
import sqlite3
from collections.abc import Iterable

from media.database import Database, StoreError

_WHAT = "sources"
_SCHEMA = "CREATE TABLE IF NOT EXISTS source (name TEXT PRIMARY KEY, value BLOB NOT NULL)"


class SourceStore:
    """Rows of bytes by name; what cannot be kept is said once, and known until the next start."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.need(_SCHEMA)

    async def read(self) -> dict[str, bytes]:
        """Return all that is kept, nothing where nothing can be read."""
        with contextlib.suppress(StoreError):  # which has been said
            return await self._database.read(_WHAT, _rows)
        return {}

    async def save(self, rows: dict[str, bytes], forget: Iterable[str] = ()) -> None:
        """Keep rows, and forget others."""
        gone = [(name,) for name in forget]

        def write(base: sqlite3.Connection) -> None:
            base.executemany("DELETE FROM source WHERE name = ?", gone)
            base.executemany("REPLACE INTO source VALUES (?, ?)", rows.items())

        with contextlib.suppress(StoreError):  # which has been said
            await self._database.write(_WHAT, write)


def _rows(base: sqlite3.Connection) -> dict[str, bytes]:
    found = base.execute("SELECT name, CAST(value AS BLOB) FROM source")
    return {str(name): bytes(value) for name, value in found}
