"""One file for all that `media` keeps, also when several threads open it at once."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from media.database import connected

THREADS = 8
TABLE = "CREATE TABLE IF NOT EXISTS seen (number INTEGER)"


def test_many_threads_make_the_file_at_once(tmp_path: Path) -> None:
    """None of them is refused; one in a dozen files had one that was."""

    def insert(path: Path, number: int) -> None:
        together.wait()
        with connected(path, TABLE) as base:
            base.execute("INSERT INTO seen VALUES (?)", (number,))

    together = threading.Barrier(THREADS)
    with ThreadPoolExecutor(THREADS) as pool:
        for turn in range(60):
            path = tmp_path / f"{turn}.sqlite"
            list(pool.map(lambda number, path=path: insert(path, number), range(THREADS)))
            with closing(sqlite3.connect(path)) as base:
                assert base.execute("SELECT COUNT(*) FROM seen").fetchone() == (THREADS,)
                assert base.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_what_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(sqlite3.DatabaseError), connected(tmp_path / "x.sqlite", TABLE):
        pass
