"""What `media` keeps, in one SQLite file: what is saved outlives a kill and a power cut.

Each part of the service has tables of its own in it; one thread does the work of them all.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Self, TypeVar

from shared.complaints import Complaints
from shared.database_file import may_be_damaged, put_aside
from shared.errors import MantelError

T = TypeVar("T")

_log = logging.getLogger("media")

_BUSY_SECONDS = 2.0
_PRIMARY = 0xFF  # of an error's code; the rest says where it was
_LAST_SECONDS = 0.4  # a disk that hangs keeps nobody from stopping


class StoreError(MantelError):
    """What was to be saved is not saved, or what was kept cannot be read; why is in the log."""


@contextmanager
def connected(path: Path, *tables: str) -> Iterator[sqlite3.Connection]:
    """Connect for one use, all or nothing; for what is rare, and comes from several threads.

    sqlite3.Error and OSError are the caller's.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, timeout=_BUSY_SECONDS)) as base, base:
        _let_read_while_written(base)
        for statement in tables:
            base.execute(statement)
        yield base


def _let_read_while_written(base: sqlite3.Connection) -> None:
    """Have a file that is new journal ahead, which it keeps to."""
    try:
        base.execute("PRAGMA journal_mode=WAL")
    except sqlite3.OperationalError as error:
        # Another connection is at it in this moment, for both; this is refused without waiting
        if error.sqlite_errorcode & _PRIMARY != sqlite3.SQLITE_BUSY:
            raise


class Database:
    """An async context manager over the file at `path`, which is opened when it is needed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(1, "database")
        self._base: sqlite3.Connection | None = None
        self._schema: list[str] = []
        self._made = 0
        self._complaints = Complaints(_log)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        closing = asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        await asyncio.wait([closing], timeout=_LAST_SECONDS)
        self._thread.shutdown(wait=False)

    def need(self, *tables: str) -> None:
        """Have these statements made before anything else (`CREATE TABLE IF NOT EXISTS`)."""
        self._schema.extend(tables)

    async def read(self, what: str, action: Callable[[sqlite3.Connection], T]) -> T:
        """Return what `action` reads; a damaged file is put aside, and another begun.

        StoreError when there is no telling what was kept. `what` is kept, in the words of a log.
        """
        return await self._run(what, lambda: self._read(action))

    async def write(self, what: str, action: Callable[[sqlite3.Connection], T]) -> T:
        """Do what `action` does, all or nothing; StoreError when that is not on the disk."""
        return await self._run(what, lambda: self._write(action))

    async def _run(self, what: str, action: Callable[[], T]) -> T:
        try:
            result = await asyncio.get_running_loop().run_in_executor(self._thread, action)
        except (sqlite3.Error, OSError) as error:
            message = f"they cannot be kept in {self._path} ({error})"
            self._complaints.say(what, message, first=True)
            raise StoreError(f"what is known of {what} cannot be saved now") from None
        self._complaints.settle(what, "they are kept again")
        return result

    def _open(self) -> sqlite3.Connection:
        if self._base is not None:
            return self._with_tables(self._base)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        base = sqlite3.connect(self._path, timeout=_BUSY_SECONDS, check_same_thread=False)
        try:
            _let_read_while_written(base)
            # A device gets its token once: it must be on the disk when it is told
            base.execute("PRAGMA synchronous=FULL")
            self._made = 0
            self._with_tables(base)
        except sqlite3.Error:
            base.close()
            raise
        self._base = base
        return base

    def _with_tables(self, base: sqlite3.Connection) -> sqlite3.Connection:
        """Make the tables that are needed since it was opened."""
        missing = self._schema[self._made :]  # more may be needed while these are made
        if missing:
            with base:
                for statement in missing:
                    base.execute(statement)
            self._made += len(missing)
        return base

    def _read(self, action: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return action(self._open())
        except sqlite3.OperationalError:  # of the disk, not of the file
            raise
        except sqlite3.DatabaseError as error:
            self._close()
            if not may_be_damaged(self._path):
                raise
            broken = put_aside(self._path)
            self._complaints.say(
                str(self._path), f"damaged ({error}), put aside as {broken.name}; begun anew"
            )
            return action(self._open())

    def _write(self, action: Callable[[sqlite3.Connection], T]) -> T:
        try:
            with self._open() as base:
                return action(base)
        except sqlite3.Error:
            self._close()  # another disk may be mounted there by then
            raise

    def _close(self) -> None:
        if self._base is not None:
            self._base.close()
            self._base = None
