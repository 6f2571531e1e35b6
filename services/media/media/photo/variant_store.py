"""What is kept of variants in the database of `media`."""

import sqlite3
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import msgspec

from media.database import Database
from media.photo.variant import Variant

_WHAT = "variants"
_TABLE = (
    "CREATE TABLE IF NOT EXISTS photo_variant (number INTEGER PRIMARY KEY AUTOINCREMENT, "
    "value BLOB NOT NULL)"
)


class NewVariant(NamedTuple):
    """A variant that has no number yet."""

    photo: int
    style: str
    made_at: datetime
    master: str | None = None


class VariantStore:
    """Each call may raise StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.need(_TABLE)

    async def read(self) -> list[Variant]:
        """Return all variants."""
        return await self._database.read(_WHAT, _variants)

    async def add(self, new: Iterable[NewVariant]) -> list[Variant]:
        """Keep variants, and return them with numbers that none has had before."""
        fields = list(new)

        def write(base: sqlite3.Connection) -> list[Variant]:
            added = []
            for each in fields:
                cursor = base.execute("INSERT INTO photo_variant (value) VALUES (?)", (b"",))
                variant = Variant(number=int(cursor.lastrowid or 0), **each._asdict())
                base.execute(
                    "UPDATE photo_variant SET value = ? WHERE number = ?",
                    (msgspec.json.encode(variant), variant.number),
                )
                added.append(variant)
            return added

        return await self._database.write(_WHAT, write)

    async def save(self, variant: Variant) -> None:
        """Keep a variant as it is now."""
        row = (msgspec.json.encode(variant), variant.number)
        await self._database.write(
            _WHAT,
            lambda base: base.execute("UPDATE photo_variant SET value = ? WHERE number = ?", row),
        )

    async def forget(self, numbers: Iterable[int]) -> None:
        """Forget variants; their numbers are not given again."""
        rows = [(number,) for number in numbers]
        await self._database.write(
            _WHAT, lambda base: base.executemany("DELETE FROM photo_variant WHERE number = ?", rows)
        )


def _variants(base: sqlite3.Connection) -> list[Variant]:
    found = []
    for (value,) in base.execute("SELECT CAST(value AS BLOB) FROM photo_variant ORDER BY number"):
        try:
            found.append(msgspec.json.decode(value, type=Variant))
        except msgspec.MsgspecError:  # of another version
            continue
    return found
