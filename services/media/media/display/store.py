"""The displays in SQLite: what is saved outlives a kill and a power cut.

The file is shared with other parts of `media`, each with tables of its own.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self, TypeVar

import msgspec

from media.display.display import Display
from shared.complaints import Complaints
from shared.errors import MantelError

T = TypeVar("T")

_log = logging.getLogger("media")

_BUSY_SECONDS = 2.0
_LAST_SECONDS = 0.4  # a disk that hangs keeps nobody from stopping
_MAGIC = b"SQLite format 3\0"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS display (
    id TEXT PRIMARY KEY, hardware_id TEXT NOT NULL UNIQUE, value BLOB NOT NULL)
"""


class StoreError(MantelError):
    """What was to be saved is not saved; why is in the log."""


class DisplayStore:
    """An async context manager over the database at `path`; its work is done in a thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(1, "displays")
        self._base: sqlite3.Connection | None = None
        self._complaints = Complaints(_log)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        closing = asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        await asyncio.wait([closing], timeout=_LAST_SECONDS)
        self._thread.shutdown(wait=False)

    async def read(self) -> list[Display]:
        """Return all displays; those that cannot be read are said and left where they are.

        StoreError when there is no telling whether there are any.
        """
        rows = await self._run(self._read)
        displays = []
        for id_, value in rows:
            try:
                displays.append(msgspec.json.decode(value, type=Display))
            except msgspec.MsgspecError as error:
                self._complaints.say(f"display {id_}", f"what was kept of it is broken: {error}")
        return displays

    async def save(self, displays: Iterable[Display], forget: Iterable[str] = ()) -> None:
        """Keep these as they are, and forget those ids, all or nothing; StoreError."""
        rows = [(each.id, each.hardware_id, msgspec.json.encode(each)) for each in displays]
        gone = [(id_,) for id_ in forget]
        await self._run(lambda: self._write(rows, gone))

    async def _run(self, action: Callable[[], T]) -> T:
        try:
            result = await asyncio.get_running_loop().run_in_executor(self._thread, action)
        except (sqlite3.Error, OSError) as error:
            self._complaints.say(
                "displays", f"they cannot be kept in {self._path} ({error})", first=True
            )
            raise StoreError("what is known of displays cannot be saved now") from None
        self._complaints.settle("displays", "they are kept again")
        return result

    def _open(self) -> sqlite3.Connection:
        if self._base is not None:
            return self._base
        self._path.parent.mkdir(parents=True, exist_ok=True)
        base = sqlite3.connect(self._path, timeout=_BUSY_SECONDS, check_same_thread=False)
        try:
            base.execute("PRAGMA journal_mode=WAL")
            # A device gets its token once: it must be on the disk when it is told
            base.execute("PRAGMA synchronous=FULL")
            with base:
                base.execute(_SCHEMA)
        except sqlite3.Error:
            base.close()
            raise
        self._base = base
        return base

    def _read(self) -> list[tuple[str, bytes]]:
        try:
            return self._rows()
        except sqlite3.OperationalError:  # of the disk, not of the file
            raise
        except sqlite3.DatabaseError as error:
            self._close()
            if not self._is_ours():
                raise
            broken = self._path.with_name(self._path.name + ".broken")
            self._path.replace(broken)
            for suffix in ("-wal", "-shm"):  # would be taken for those of the new one
                self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
            self._complaints.say(
                str(self._path), f"damaged ({error}), put aside as {broken.name}; begun anew"
            )
            return self._rows()

    def _is_ours(self) -> bool:
        """Tell whether the file may be a database that was damaged, and not one of the user's."""
        with self._path.open("rb") as file:
            return file.read(len(_MAGIC)) in {_MAGIC, bytes(len(_MAGIC))}

    def _rows(self) -> list[tuple[str, bytes]]:
        found = self._open().execute("SELECT id, CAST(value AS BLOB) FROM display ORDER BY rowid")
        return [(str(id_), bytes(value)) for id_, value in found]

    def _write(self, rows: list[tuple[str, str, bytes]], gone: list[tuple[str]]) -> None:
        try:
            with self._open() as base:
                base.executemany("DELETE FROM display WHERE id = ?", gone)
                base.executemany("REPLACE INTO display VALUES (?, ?, ?)", rows)
        except sqlite3.Error:
            self._close()  # another disk may be mounted there by then
            raise

    def _close(self) -> None:
        if self._base is not None:
            self._base.close()
            self._base = None
