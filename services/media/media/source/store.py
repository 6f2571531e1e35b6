"""What the sources knew last, in SQLite: it outlives a kill and a power cut.

The file is shared with other parts of `media`; the table is our own. It is written a few times
an hour, so it is opened each time: who finds the file damaged at the start may move it away.
"""

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from shared.complaints import Complaints

T = TypeVar("T")

_log = logging.getLogger("media")

_BUSY_SECONDS = 2.0
_SCHEMA = "CREATE TABLE IF NOT EXISTS source (name TEXT PRIMARY KEY, value BLOB NOT NULL)"


class SourceStore:
    """Rows of bytes by name; what cannot be kept is said once, and known until the next start."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(1, "sources")
        self._complaints = Complaints(_log)

    async def read(self) -> dict[str, bytes]:
        """Return all that is kept, nothing where nothing can be read."""
        return await self._run(self._read) or {}

    async def save(self, rows: dict[str, bytes], forget: Iterable[str] = ()) -> None:
        """Keep rows, and forget others."""
        gone = [(name,) for name in forget]
        await self._run(lambda: self._write(rows, gone))

    async def _run(self, action: Callable[[], T]) -> T | None:
        try:
            result = await asyncio.get_running_loop().run_in_executor(self._thread, action)
        except (sqlite3.Error, OSError) as error:
            self._complaints.say("sources", f"cannot be kept in {self._path} ({error})", first=True)
            return None
        self._complaints.settle("sources", "they are kept again")
        return result

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        base = sqlite3.connect(self._path, timeout=_BUSY_SECONDS)
        try:
            base.execute("PRAGMA journal_mode=WAL")
            base.execute("PRAGMA synchronous=NORMAL")  # the last minutes may be lost, no more
            with base:
                base.execute(_SCHEMA)
        except sqlite3.Error:
            base.close()
            raise
        return base

    def _read(self) -> dict[str, bytes]:
        if not self._path.exists():
            return {}
        with contextlib.closing(self._open()) as base:
            found = base.execute("SELECT name, CAST(value AS BLOB) FROM source")
            return {str(name): bytes(value) for name, value in found}

    def _write(self, rows: dict[str, bytes], gone: list[tuple[str]]) -> None:
        with contextlib.closing(self._open()) as base, base:
            base.executemany("DELETE FROM source WHERE name = ?", gone)
            base.executemany("REPLACE INTO source VALUES (?, ?)", rows.items())
