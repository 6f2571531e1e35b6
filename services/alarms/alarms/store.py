"""What the alarms remember, in SQLite: it outlives a kill and a power cut.

A database that cannot be used is said once; the alarms go on without it.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Self, TypeVar

import msgspec

from alarms.memory import Memory
from shared.complaints import Complaints
from shared.database_file import may_be_damaged, put_aside

T = TypeVar("T")

_log = logging.getLogger("alarms")

_PATIENCE_SECONDS = 1.0  # a dying memory card must not keep an alarm from ringing
_START_SECONDS = 60.0  # to begin without what was kept is worse: it could ring twice
_AGAIN_SECONDS = 0.2
_LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_PRIMARY = 0xFF  # of an error's code; the rest says where it was
_FILE = "file"  # the key of the last good alarms.json; ids have no such form
_TABLE = "CREATE TABLE IF NOT EXISTS kept (key TEXT PRIMARY KEY, value BLOB NOT NULL)"
_SELECT = "SELECT key, COALESCE(CAST(value AS BLOB), x'') FROM kept"  # NULL: rotten

_encode = msgspec.json.Encoder().encode


class Store:
    """The database at `path`, an async context manager; one save runs at a time, of the newest."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._complaints = Complaints(_log)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._connection: sqlite3.Connection | None = None
        self._waiting: dict[str, bytes | None] = {}
        self._all: dict[str, bytes] = {}
        self._saving: asyncio.Task[None] | None = None
        self._hangs = False
        self._damage: sqlite3.DatabaseError | None = None
        self._probe: Future[int] | None = None

    async def read(self) -> tuple[dict[str, Memory], str | None]:
        """Return the memories by id, and the text of the last good alarms.json.

        One that hangs or is locked is waited for, a minute at most.
        """
        slow = asyncio.get_running_loop().call_later(
            _PATIENCE_SECONDS * 5,
            self._complaints.say, str(self._path), "is locked or does not answer; waiting for it",
        )  # fmt: skip
        try:
            async with asyncio.timeout(_START_SECONDS):
                self._all = await self._read_unlocked()
            self._complaints.settle(str(self._path), "answers")
        except TimeoutError:
            self._complaints.say(
                str(self._path),
                "is locked or does not answer; going on without what it knows of snoozes and skips",
            )
        except (sqlite3.Error, OSError) as error:
            self._complaints.settle(str(self._path), "answers")
            self._complain(error)
        finally:
            slow.cancel()
        memories = {}
        for key, value in self._all.items():
            if key != _FILE:
                try:
                    memories[key[1:]] = msgspec.json.decode(value, type=Memory)
                except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                    self._complaints.say(f"{self._path}: {key[1:]}", f"not understood: {error}")
        return memories, self._last_good()

    async def _read_unlocked(self) -> dict[str, bytes]:
        while True:
            try:
                return await asyncio.get_running_loop().run_in_executor(self._thread, self._read)
            except sqlite3.Error as error:
                if _code(error) not in _LOCKED:
                    raise
            await asyncio.sleep(_AGAIN_SECONDS)

    def _last_good(self) -> str | None:
        """Return the text of the last good alarms.json, None when there is none that is whole."""
        text = self._all.get(_FILE)
        try:
            return None if text is None else text.decode()
        except UnicodeDecodeError as error:
            self._complaints.say(f"{self._path}: alarms.json", f"not understood: {error}")
            return None

    def _read(self) -> dict[str, bytes]:
        damage, self._damage = self._damage, None
        try:
            if damage is not None:  # where opening does not look
                raise damage
            return self._open()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):  # of the disk, not of the file
                raise
            if not may_be_damaged(self._path):
                raise
        broken = put_aside(self._path)
        self._complaints.say(str(self._path), f"damaged, put aside as {broken.name}; begun anew")
        return self._open()

    def _open(self) -> dict[str, bytes]:
        self._close()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._path, timeout=_PATIENCE_SECONDS, check_same_thread=False)
        connection.text_factory = lambda raw: raw.decode(errors="replace")
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            # Each commit reaches the disk itself: a ring that a power cut forgot rings twice
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute(_TABLE)
            kept = {str(key): bytes(value) for key, value in connection.execute(_SELECT)}
        except sqlite3.Error:
            connection.close()
            raise
        self._connection = connection
        return kept

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Let what is being saved be saved, as long as that takes no longer than usual."""
        if self._saving is not None:
            await asyncio.wait([self._saving], timeout=_PATIENCE_SECONDS)
        closing = asyncio.wrap_future(self._thread.submit(self._close))
        await asyncio.wait([closing], timeout=_PATIENCE_SECONDS)
        closing.cancel()
        self._thread.shutdown(wait=False)

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    async def save(self, memories: dict[str, Memory | None], file: str | None = None) -> None:
        """Keep these (None: forget it), and the text of alarms.json; wait a second at most."""
        for own, memory in memories.items():
            self._waiting["@" + own] = None if memory is None else _encode(memory)
        if file is not None:
            self._waiting[_FILE] = file.encode()
        if not self._waiting:
            return
        if self._saving is None or self._saving.done():
            self._saving = asyncio.create_task(self._save(), name="save")
        if not self._hangs:
            await asyncio.wait([self._saving], timeout=_PATIENCE_SECONDS)
            self._hangs = not self._saving.done()
            if self._hangs:
                self._complaints.say(str(self._path), "does not answer; going on without it")

    async def _save(self) -> None:
        while self._waiting:
            changed, self._waiting = self._waiting, {}
            for key, value in changed.items():
                if value is None:
                    self._all.pop(key, None)
                else:
                    self._all[key] = value
            try:
                await asyncio.get_running_loop().run_in_executor(self._thread, self._write, changed)
            except (sqlite3.Error, OSError) as error:
                self._complain(error)
            else:
                self._complaints.settle(str(self._path))
        self._hangs = False

    def _write(self, changed: dict[str, bytes | None]) -> None:
        anew = self._connection is None
        if anew:
            self._read()
            changed = dict(self._all)  # what it has missed, too
        assert self._connection is not None  # noqa: S101 - it was opened
        try:
            with self._connection as transaction:
                if anew:
                    transaction.execute("DELETE FROM kept")
                for key, value in changed.items():
                    if value is None:
                        transaction.execute("DELETE FROM kept WHERE key = ?", (key,))
                    else:
                        transaction.execute("REPLACE INTO kept VALUES (?, ?)", (key, value))
        except sqlite3.Error as error:
            self._give_up(error)
            raise

    async def use(self, work: Callable[[sqlite3.Connection], T], seconds: float) -> T:
        """Return what `work` makes of the database, on its thread and in one transaction.

        sqlite3.Error and OSError when it was not done; TimeoutError when it is not done within
        `seconds`, and then it may be done later. Until the disk answers again nothing waits for it.
        """
        if self._probe is not None and not self._probe.done():
            raise TimeoutError
        job = self._thread.submit(self._use, work)
        done = asyncio.wrap_future(job)
        await asyncio.wait([done], timeout=seconds)
        if done.done():
            return done.result()
        if not job.cancel():  # it never begins if it did not yet
            done.cancel()
        self._probe = self._thread.submit(int)
        raise TimeoutError

    def _use(self, work: Callable[[sqlite3.Connection], T]) -> T:
        if self._connection is None:
            self._write({})
        assert self._connection is not None  # noqa: S101 - it was opened
        try:
            with self._connection as transaction:
                return work(transaction)
        except sqlite3.Error as error:
            self._give_up(error)
            raise

    def _give_up(self, error: sqlite3.Error) -> None:
        """Close the database, to be opened anew; a damaged one is put aside then."""
        self._close()
        if isinstance(error, sqlite3.DatabaseError) and _code(error) == sqlite3.SQLITE_CORRUPT:
            self._damage = error

    def _complain(self, error: BaseException) -> None:
        if not isinstance(error, (sqlite3.Error, OSError)):
            raise error
        self._complaints.say(
            str(self._path),
            f"cannot be used ({error}); a restart will not know of rings",
            first=True,
        )


def _code(error: sqlite3.Error) -> int:
    """Return the primary code of an error; 0 for one that is Python's own."""
    return getattr(error, "sqlite_errorcode", 0) & _PRIMARY
