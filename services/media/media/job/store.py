"""What is kept of jobs in the database of `media`: settings, runs, and the lines of their logs."""

import logging
import sqlite3
from collections.abc import Iterable

import msgspec

from media.database import Database
from media.job.job import MOST_LINES, Execution, Line, Wanted
from shared.complaints import Complaints

_log = logging.getLogger("media")

_WHAT = "jobs"
_MOST_RUNS = 100  # of one job; that of a minute's job is two hours
_TABLES = (
    "CREATE TABLE IF NOT EXISTS job (name TEXT PRIMARY KEY, value BLOB NOT NULL)",
    "CREATE TABLE IF NOT EXISTS job_run "
    "(id INTEGER PRIMARY KEY, job TEXT NOT NULL, value BLOB NOT NULL)",
    "CREATE TABLE IF NOT EXISTS job_line "
    "(run INTEGER, number INTEGER, value BLOB NOT NULL, PRIMARY KEY (run, number))",
    "CREATE INDEX IF NOT EXISTS job_run_job ON job_run (job, id)",
)
_FORGET = (
    "DELETE FROM job_run WHERE job = ?1 AND id <= "
    "(SELECT id FROM job_run WHERE job = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
    "DELETE FROM job_line WHERE run NOT IN (SELECT id FROM job_run) AND ?1 <> '' AND ?2 > 0",
)

_encode = msgspec.json.Encoder().encode


class JobStore:
    """Each call may raise StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._complaints = Complaints(_log)
        database.need(*_TABLES)

    async def read(self) -> tuple[dict[str, Wanted], list[Execution]]:
        """Return the settings of jobs by name, and all runs, the oldest first."""

        def rows(base: sqlite3.Connection) -> tuple[list[tuple[str, bytes]], list[bytes]]:
            wanted = base.execute("SELECT name, CAST(value AS BLOB) FROM job").fetchall()
            runs = base.execute("SELECT CAST(value AS BLOB) FROM job_run ORDER BY id")
            return wanted, [value for (value,) in runs]

        jobs, runs = await self._database.read(_WHAT, rows)
        found = {}
        for name, value in jobs:
            try:
                found[str(name)] = msgspec.json.decode(value, type=Wanted)
            except msgspec.MsgspecError as error:
                self._complaints.say(f"job {name}", f"what was set of it is broken: {error}")
        return found, [each for value in runs if (each := _execution(value)) is not None]

    async def save(self, name: str, wanted: Wanted) -> None:
        """Keep what was set of a job."""
        row = (name, _encode(wanted))
        await self._database.write(
            _WHAT, lambda base: base.execute("REPLACE INTO job VALUES (?, ?)", row)
        )

    async def note(self, run: Execution, lines: Iterable[Line] = ()) -> None:
        """Keep a run as it is now, and further lines of its log."""
        rows = [(run.id, line.number, _encode(line)) for line in lines]

        def write(base: sqlite3.Connection) -> None:
            row = (run.id, run.job, _encode(run))
            base.execute("REPLACE INTO job_run VALUES (?, ?, ?)", row)
            base.executemany("REPLACE INTO job_line VALUES (?, ?, ?)", rows)
            if rows:
                oldest = rows[-1][1] - MOST_LINES
                base.execute("DELETE FROM job_line WHERE run = ? AND number <= ?", (run.id, oldest))
            for statement in _FORGET:
                base.execute(statement, (run.job, _MOST_RUNS))

        await self._database.write(_WHAT, write)

    async def runs(self, name: str, most: int) -> list[Execution]:
        """Return the last runs of a job, the newest last."""

        def rows(base: sqlite3.Connection) -> list[bytes]:
            found = base.execute(
                "SELECT CAST(value AS BLOB) FROM job_run WHERE job = ? ORDER BY id DESC LIMIT ?",
                (name, most),
            )
            return [value for (value,) in found][::-1]

        values = await self._database.read(_WHAT, rows)
        return [each for value in values if (each := _execution(value)) is not None]

    async def lines(self, run: int) -> list[Line]:
        """Return the lines that are kept of a run, in order."""

        def rows(base: sqlite3.Connection) -> list[bytes]:
            found = base.execute(
                "SELECT CAST(value AS BLOB) FROM job_line WHERE run = ? ORDER BY number", (run,)
            )
            return [value for (value,) in found]

        return [
            msgspec.json.decode(value, type=Line)
            for value in await self._database.read(_WHAT, rows)
        ]


def _execution(value: bytes) -> Execution | None:
    try:
        return msgspec.json.decode(value, type=Execution)
    except msgspec.MsgspecError:  # of a version that knew another status; it is history
        return None
