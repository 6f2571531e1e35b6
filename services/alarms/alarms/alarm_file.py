"""alarms.json on disk: noticed when anybody changes it, written back whole or not at all.

It is looked at once a second, which costs next to nothing and sees what every editor does, on
every file system and through every mount; notifications see neither network nor all mounts.
"""

import asyncio
import contextlib
import logging
import os
import stat
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from alarms.alarm_text import AlarmText, TextError, fresh, parse
from shared.complaints import Complaints

_UNREAD = b"\0"

_log = logging.getLogger("alarms")

_MOST_BYTES = 1 << 20
_ANSWER_SECONDS = 5.0
_FRESH_SECONDS = 2.0  # two writes so close together may look the same from outside
_ABSENT_LOOKS = 3  # an editor may take a file away for a moment before it puts the new one there


class WriteError(Exception):
    """The file cannot be changed; the text says why."""


class AlarmFile:
    """The file at `path`; a broken one leaves what was last good, and is said with its place.

    `last_good` is the text that an earlier life of the service has kept.
    """

    def __init__(self, path: Path, last_good: str | None) -> None:
        self._path = path
        self._complaints = Complaints(_log)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="file")
        self._last_good = last_good
        self._is_known = last_good is not None  # and may be away, rather than never made
        self._is_unread = False
        self._facts: object = None
        self._raw: bytes | None = _UNREAD
        self._absent = 0
        self._looking: asyncio.Future[AlarmText | None] | None = None
        self._hangs = False

    async def look(self) -> AlarmText | None:
        """Return the alarms when they are others than at the last look, else None.

        A folder that hangs (a share whose server is gone) is waited for in the background.
        """
        if self._looking is None:
            self._looking = asyncio.get_running_loop().run_in_executor(self._thread, self._look)
        done, _ = await asyncio.wait([self._looking], timeout=_ANSWER_SECONDS)
        folder = str(self._path.parent)
        self._hangs = not done
        if not done:
            self._complaints.say(folder, "does not answer; the alarms stay as they were")
            return self._kept()
        self._complaints.settle(folder, "answers again")
        looked, self._looking = self._looking, None
        return looked.result()

    async def change(self, edit: Callable[[AlarmText], AlarmText]) -> AlarmText:
        """Replace the file by what `edit` makes of it, and return that; WriteError."""
        try:
            if self._hangs:  # else each would wait, and the orders behind it
                raise TimeoutError
            async with asyncio.timeout(_ANSWER_SECONDS):
                return await asyncio.get_running_loop().run_in_executor(
                    self._thread, self._change, edit
                )
        except TimeoutError:
            raise WriteError(f"{self._path} does not answer") from None

    def _look(self) -> AlarmText | None:
        try:
            if not self._has_changed():
                return None
            text = parse(_decoded(self._raw or b"")) if self._raw is not None else fresh()
        except OSError as error:
            self._is_unread = True  # also when it comes back as it was
            return self._bad(f"cannot be read ({error.strerror})")
        except TextError as error:
            return self._bad(str(error))
        self._complaints.settle(str(self._path), "read again, all right")
        self._last_good = None
        return text

    def _has_changed(self) -> bool:
        """Read the file where it may be another; None is what a missing one holds."""
        try:
            facts = self._path.stat()
        except FileNotFoundError:
            return self._has_gone()
        self._absent = 0
        seen = (facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns)
        is_old = time.time() - facts.st_mtime > _FRESH_SECONDS
        if seen == self._facts and is_old and not self._is_unread:
            return False
        raw = self._read()
        is_new = raw != self._raw or self._is_unread
        self._facts, self._raw = seen, raw
        self._is_known, self._is_unread = True, False
        return is_new

    def _read(self) -> bytes:
        """Return what the file holds, of one that is no larger than it may be; OSError."""
        facts = self._path.stat()
        if not stat.S_ISREG(facts.st_mode):  # a pipe would be waited for, a device never ends
            raise OSError(0, "it is no file")
        _check_size(facts.st_size)
        with self._path.open("rb") as file:
            raw = file.read(_MOST_BYTES + 1)
        _check_size(len(raw))
        return raw

    def _has_gone(self) -> bool:
        self._check_folder()
        self._absent += 1
        is_settled = self._raw is None and not self._is_unread
        if is_settled or (self._facts is not None and self._absent < _ABSENT_LOOKS):
            return False
        _log.info("%s: no such file, so there are no alarms", self._path)
        self._facts = self._raw = None
        self._is_known = self._is_unread = False
        return True

    def _check_folder(self) -> None:
        """OSError where the folder is rather not mounted than deleted: the alarms are elsewhere."""
        if self._is_known and not self._path.parent.is_dir():
            raise OSError(0, "its folder is not there")

    def _bad(self, problem: str) -> AlarmText | None:
        self._complaints.say(str(self._path), f"{problem}; the alarms stay as they were")
        return self._kept()

    def _kept(self) -> AlarmText | None:
        """Return what an earlier life has kept; only once, and None later."""
        kept, self._last_good = self._last_good, None
        if kept is None:
            return None
        with contextlib.suppress(TextError):
            return parse(kept)
        return None

    def _change(self, edit: Callable[[AlarmText], AlarmText]) -> AlarmText:
        try:
            self._check_folder()
            raw = self._read() if self._path.exists() else b""
            before = parse(_decoded(raw)) if raw.strip() else fresh()
            after = edit(before)
            if after.text != before.text or not raw:
                written = after.text.encode()
                _check_size(len(written))  # else nobody could read it any more
                self._write(written)
        except TextError as error:
            raise WriteError(f"{self._path} is broken ({error}); mend it first") from None
        except OSError as error:
            raise WriteError(f"{self._path} cannot be written ({error.strerror})") from None
        return after

    def _write(self, raw: bytes) -> None:
        """Put a new file in its place; one that is mounted by itself is written over."""
        target = Path(os.path.realpath(self._path))
        target.parent.mkdir(parents=True, exist_ok=True)
        facts = target.stat() if os.path.lexists(target) else None
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(raw)
                file.flush()
                with contextlib.suppress(OSError):  # vfat and many a share know no modes
                    os.fchmod(file.fileno(), facts.st_mode if facts else 0o644)
                with contextlib.suppress(OSError):
                    if facts:
                        os.fchown(file.fileno(), facts.st_uid, facts.st_gid)
                os.fsync(file.fileno())
            try:
                os.replace(name, target)  # noqa: PTH105 - as the rest of this function
            except OSError:
                with target.open("r+b") as file:
                    file.write(raw)
                    file.truncate()
            with contextlib.suppress(OSError):  # a power cut would bring the old one back
                _synchronise(target.parent)
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name)  # noqa: PTH108


def _synchronise(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _check_size(size: int) -> None:
    if size > _MOST_BYTES:
        raise OSError(0, f"larger than {_MOST_BYTES} bytes")


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        raise TextError(f"line {line}, column {column}: it is not UTF-8") from None
