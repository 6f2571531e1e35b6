"""The numbers by which pages name displays: 1 is the one that joined first.

A number is given once: that of a display that was forgotten is kept, and nobody else's.
"""

import sqlite3
from collections.abc import Iterable

from media.database import Database
from media.display.display import BUILT_IN, Display

_WHAT = "numbers of displays"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS display_number (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE)
"""


class Numbers:
    """The numbers that were given; the built-in display, which never joined, has 0."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, int] = {}

    async def of(self, displays: Iterable[Display]) -> dict[str, int]:
        """Return the number of each of these displays, by id; StoreError.

        Those that have none yet get the next ones, in the order in which they joined.
        """
        displays = sorted(displays, key=lambda each: (each.made_at, each.id))
        ids = [each.id for each in displays if each.id != BUILT_IN]
        if any(id_ not in self._known for id_ in ids):
            self._known = await self._database.write(_WHAT, lambda base: _number(base, ids))
        return {each.id: self._known.get(each.id, 0) for each in displays}


def _number(base: sqlite3.Connection, ids: list[str]) -> dict[str, int]:
    """Give numbers to those that have none, and return all."""
    base.execute(_SCHEMA)  # not before: a disk may have little room, and a home no page
    known = _read(base)
    new = [(id_,) for id_ in ids if id_ not in known]
    if new:
        base.executemany("INSERT INTO display_number (id) VALUES (?)", new)
        known = _read(base)
    return known


def _read(base: sqlite3.Connection) -> dict[str, int]:
    found = base.execute("SELECT id, number FROM display_number")
    return {str(id_): int(number) for id_, number in found}
