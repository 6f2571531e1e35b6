"""What is kept of what was asked of an endpoint: how often each day, and what came of it.

So a restart forgets no call that was paid, and the same picture is paid for once.
"""

import sqlite3
from typing import NamedTuple

from media.database import Database

_WHAT = "art"
_TABLES = (
    "CREATE TABLE IF NOT EXISTS art_day (day TEXT PRIMARY KEY, calls INTEGER NOT NULL, "
    "failures INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS art_result (picture TEXT NOT NULL, question TEXT NOT NULL, "
    "value BLOB, failures INTEGER NOT NULL, PRIMARY KEY (picture, question))",
)
_MOST_DAYS = 60


class Day(NamedTuple):
    """What was asked on a day, and how often in vain."""

    calls: int = 0
    failures: int = 0


class ArtStore:
    """Each call may raise StoreError.

    `picture` is a photo's fingerprint, `question` what was asked of it, with its version.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        database.need(*_TABLES)

    async def day(self, day: str) -> Day:
        """Return what was asked on a day, such as 2026-07-01."""
        return await self._database.read(_WHAT, lambda base: _day(base, day))

    async def spend(self, day: str, most: int) -> bool:
        """Count a call before it is made; False when there were `most` already."""

        def write(base: sqlite3.Connection) -> bool:
            if _day(base, day).calls >= most:
                return False
            base.execute(
                "INSERT INTO art_day VALUES (?, 1, 0) ON CONFLICT (day) DO UPDATE SET "
                "calls = calls + 1",
                (day,),
            )
            base.execute(
                "DELETE FROM art_day WHERE day NOT IN "
                "(SELECT day FROM art_day ORDER BY day DESC LIMIT ?)",
                (_MOST_DAYS,),
            )
            return True

        return await self._database.write(_WHAT, write)

    async def unspend(self, day: str) -> None:
        """Count a call no more that was not made."""
        await self._database.write(
            _WHAT,
            lambda base: base.execute("UPDATE art_day SET calls = calls - 1 WHERE day = ?", (day,)),
        )

    async def fail(self, day: str) -> None:
        """Count a call that was in vain."""
        await self._database.write(
            _WHAT,
            lambda base: base.execute(
                "UPDATE art_day SET failures = failures + 1 WHERE day = ?", (day,)
            ),
        )

    async def result(self, picture: str, question: str) -> bytes | None:
        """Return what came of a question; None when nothing did yet."""

        def read(base: sqlite3.Connection) -> bytes | None:
            row = base.execute(
                "SELECT CAST(value AS BLOB) FROM art_result WHERE picture = ? AND question = ?",
                (picture, question),
            ).fetchone()
            return None if row is None or row[0] is None else bytes(row[0])

        return await self._database.read(_WHAT, read)

    async def keep(self, picture: str, question: str, value: bytes) -> None:
        """Keep what came of a question."""
        row = (picture, question, value)
        await self._database.write(
            _WHAT, lambda base: base.execute("REPLACE INTO art_result VALUES (?, ?, ?, 0)", row)
        )

    async def fail_result(self, picture: str, question: str) -> None:
        """Note that a question about a picture was in vain once more."""
        await self._database.write(
            _WHAT,
            lambda base: base.execute(
                "INSERT INTO art_result VALUES (?, ?, NULL, 1) ON CONFLICT DO UPDATE SET "
                "failures = failures + 1",
                (picture, question),
            ),
        )

    async def failed(self, least: int, question: str) -> set[str]:
        """Return the pictures of which a question was in vain so often."""

        def read(base: sqlite3.Connection) -> set[str]:
            rows = base.execute(
                "SELECT picture FROM art_result WHERE failures >= ? AND question = ?",
                (least, question),
            )
            return {str(picture) for (picture,) in rows}

        return await self._database.read(_WHAT, read)


def _day(base: sqlite3.Connection, day: str) -> Day:
    row = base.execute("SELECT calls, failures FROM art_day WHERE day = ?", (day,)).fetchone()
    return Day(*map(int, row)) if row else Day()
