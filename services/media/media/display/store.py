"""The displays in the database of `media`."""

import logging
import sqlite3
from collections.abc import Iterable

import msgspec

from media.database import Database
from media.display.display import Display
from shared.complaints import Complaints

_log = logging.getLogger("media")

_WHAT = "displays"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS display (
    id TEXT PRIMARY KEY, hardware_id TEXT NOT NULL UNIQUE, value BLOB NOT NULL)
"""


class DisplayStore:
    """What is kept of displays; each call may raise StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._complaints = Complaints(_log)
        database.need(_SCHEMA)

    async def read(self) -> list[Display]:
        """Return all displays; those that cannot be read are said and left where they are."""
        displays = []
        for id_, value in await self._database.read(_WHAT, _rows):
            try:
                displays.append(msgspec.json.decode(value, type=Display))
            except msgspec.MsgspecError as error:
                self._complaints.say(f"display {id_}", f"what was kept of it is broken: {error}")
        return displays

    async def save(self, displays: Iterable[Display], forget: Iterable[str] = ()) -> None:
        """Keep these as they are, and forget those ids, all or nothing."""
        rows = [(each.id, each.hardware_id, msgspec.json.encode(each)) for each in displays]
        gone = [(id_,) for id_ in forget]

        def write(base: sqlite3.Connection) -> None:
            base.executemany("DELETE FROM display WHERE id = ?", gone)
            base.executemany("REPLACE INTO display VALUES (?, ?, ?)", rows)

        await self._database.write(_WHAT, write)


def _rows(base: sqlite3.Connection) -> list[tuple[str, bytes]]:
    found = base.execute("SELECT id, CAST(value AS BLOB) FROM display ORDER BY rowid")
    return [(str(id_), bytes(value)) for id_, value in found]
