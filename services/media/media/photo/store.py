"""What is kept of photos in the database of `media`: each by its number, and who has shown it."""

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from media.database import Database
from media.photo.photo import Photo

_WHAT = "photos"
_TABLES = (
    "CREATE TABLE IF NOT EXISTS photo (number INTEGER PRIMARY KEY AUTOINCREMENT, "
    "path TEXT NOT NULL, size INTEGER, changed_ns INTEGER, digest BLOB NOT NULL, "
    "gone_at INTEGER, value BLOB NOT NULL)",
    "CREATE INDEX IF NOT EXISTS photo_digest ON photo (digest)",
    "CREATE TABLE IF NOT EXISTS photo_show (id INTEGER PRIMARY KEY, display TEXT NOT NULL, "
    "slot TEXT NOT NULL, number INTEGER NOT NULL, UNIQUE (display, slot))",
)


class Kept(NamedTuple):
    """A photo with what its file was like; `gone_at` since when it is away, seconds since 1970."""

    photo: Photo
    size: int
    changed_ns: int
    digest: bytes
    gone_at: int | None = None


class PhotoStore:
    """Each call may raise StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.need(*_TABLES)

    async def read(self) -> list[Kept]:
        """Return all photos, those that are away too."""
        return await self._database.read(_WHAT, _kept)

    async def save(self, photos: Iterable[Kept], forget: Iterable[int] = ()) -> None:
        """Keep these as they are, and forget those numbers, all or nothing."""
        rows = [
            (
                each.photo.number, each.photo.path, each.size, each.changed_ns, each.digest,
                each.gone_at, msgspec.json.encode(each.photo),
            )
            for each in photos
        ]  # fmt: skip
        gone = [(number,) for number in forget]

        def write(base: sqlite3.Connection) -> None:
            base.executemany("DELETE FROM photo WHERE number = ?", gone)
            base.executemany("DELETE FROM photo_show WHERE number = ?", gone)
            base.executemany("REPLACE INTO photo VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

        await self._database.write(_WHAT, write)

    async def highest(self) -> int:
        """Return the highest number that a photo ever had."""
        return await self._database.read(
            _WHAT,
            lambda base: int(
                (
                    base.execute("SELECT seq FROM sqlite_sequence WHERE name = 'photo'").fetchone()
                    or (0,)
                )[0]
            ),
        )

    async def shown(self, display: str, most: int) -> list[tuple[str, int]]:
        """Return the slot and number of the last shows of a display, the newest first."""

        def rows(base: sqlite3.Connection) -> list[tuple[str, int]]:
            found = base.execute(
                "SELECT slot, number FROM photo_show WHERE display = ? ORDER BY id DESC LIMIT ?",
                (display, most),
            )
            return [(str(slot), int(number)) for slot, number in found]

        return await self._database.read(_WHAT, rows)

    async def note(self, display: str, slot: str, number: int, most: int) -> None:
        """Keep that a display has shown a photo; of its shows the last `most` are kept."""

        def write(base: sqlite3.Connection) -> None:
            base.execute(
                "REPLACE INTO photo_show (display, slot, number) VALUES (?, ?, ?)",
                (display, slot, number),
            )
            base.execute(
                "DELETE FROM photo_show WHERE display = ?1 AND id <= (SELECT id FROM photo_show "
                "WHERE display = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
                (display, most),
            )

        await self._database.write(_WHAT, write)

    async def forget(self, display: str) -> None:
        """Forget what a display has shown, which is no more."""
        await self._database.write(
            _WHAT, lambda base: base.execute("DELETE FROM photo_show WHERE display = ?", (display,))
        )


def _kept(base: sqlite3.Connection) -> list[Kept]:
    found = []
    for size, changed_ns, digest, gone_at, value in base.execute(
        "SELECT size, changed_ns, digest, gone_at, CAST(value AS BLOB) FROM photo ORDER BY number"
    ):
        try:
            photo = msgspec.json.decode(value, type=Photo)
        except msgspec.MsgspecError:  # of another version; it is found again as a new one
            continue
        found.append(Kept(photo, size, changed_ns, bytes(digest), gone_at))
    return found
