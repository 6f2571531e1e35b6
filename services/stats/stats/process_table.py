"""Lists the processes, in one pass over /proc.

In a container with the host's processes (`pid: host`) they are the host's, and so are their
users, whose names stand in the host's own list.
"""

import contextlib
import os
import pwd
import threading
import time
from pathlib import Path

from stats.processes import Counters, Process, counters

_TICK_SECONDS = 1 / os.sysconf("SC_CLK_TCK")
_LEAST_SECONDS = 0.1
"""Between two reads; in less time one tick of 10 ms would look like a busy core."""
_LONGEST_COMM = 15
"""Bytes; the kernel cuts names there, and the command line has the whole one."""

_Key = tuple[int, int]
"""A pid and when it was started: pids come again."""


class ProcessTable:
    """The processes of this machine; `root` is where its file system is mounted, if elsewhere."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._passwd = Path(root or "/", "etc/passwd")
        self._passwd_changed = -1
        self._users: dict[int, str] = {}
        self._names: dict[_Key, tuple[str, str]] = {}
        self._busy: dict[_Key, int] = {}
        self._percents: dict[_Key, float] = {}
        self._at = 0.0
        self._lock = threading.Lock()

    def read(self) -> list[Process]:
        """Return all processes, with the CPU time of each since the read before; blocks for ms.

        On the first read that is 0 for all. One that ends while it is listed is left out.
        """
        with self._lock:
            self._refresh_users()
            return self._read()

    def _read(self) -> list[Process]:
        now = time.clock_gettime(time.CLOCK_BOOTTIME)
        elapsed = now - self._at
        count_anew = not self._at or elapsed >= _LEAST_SECONDS
        per_tick = 100 * _TICK_SECONDS / elapsed if self._at else 0.0
        per_page = 100 / os.sysconf("SC_PHYS_PAGES")
        rows: list[Process] = []
        busy: dict[_Key, int] = {}
        percents: dict[_Key, float] = {}
        for entry in os.listdir("/proc"):  # noqa: PTH208 - a Path each would cost half of it all
            if not entry[0].isdigit():
                continue
            folder = "/proc/" + entry
            read = _counters(folder)
            if read is None:
                continue
            pid, (name, ticks, started, resident) = int(entry), read
            try:
                # The folder is of whom the process runs as; the files in it may be root's
                user = self._user(os.stat(folder).st_uid)  # noqa: PTH116 - as above
            except OSError:  # it ended since
                continue
            key = (pid, started)
            if count_anew:
                # One that was not there before has had all its time since then
                percent = round(max(0, ticks - self._busy.get(key, 0)) * per_tick, 1)
                busy[key], percents[key] = ticks, percent
            else:
                percent = self._percents.get(key, 0.0)
            if len(name.encode()) == _LONGEST_COMM:
                name = self._whole_name(key, name)
            running = max(0.0, now - started * _TICK_SECONDS)
            rows.append(
                Process(pid, name, user, percent, round(resident * per_page, 3), round(running, 2))
            )
        if count_anew:
            self._at, self._busy, self._percents = now, busy, percents
            if self._names:
                self._names = {key: told for key, told in self._names.items() if key in busy}
        return rows

    def _whole_name(self, key: _Key, name: str) -> str:
        """Return the name of which `name` is the beginning, where the command line has it."""
        told = self._names.get(key)
        if told is None or told[0] != name:  # a process may take another name
            whole = name
            try:
                command = Path(f"/proc/{key[0]}/cmdline").read_bytes().split(b"\0", 1)[0]
            except OSError:
                command = b""
            program = os.path.basename(command.decode("utf-8", "replace"))  # noqa: PTH119
            if program.startswith(name):
                whole = program
            told = self._names[key] = (name, whole)
        return told[1]

    def _user(self, uid: int) -> str:
        """Return the name of a user; one without a name is its number."""
        name = self._users.get(uid)
        if name is None:
            name = str(uid)
            if not self._root:
                with contextlib.suppress(KeyError):
                    name = pwd.getpwuid(uid).pw_name
            self._users[uid] = name
        return name

    def _refresh_users(self) -> None:
        """Forget the names of users when their list was changed."""
        try:
            changed = self._passwd.stat().st_mtime_ns
        except OSError:
            changed = 0
        if changed == self._passwd_changed:
            return
        self._passwd_changed = changed
        self._users = {}
        if self._root and changed:
            self._users = _listed_users(self._passwd)


def _listed_users(passwd: Path) -> dict[int, str]:
    users: dict[int, str] = {}
    try:
        lines = passwd.read_text("utf-8", "replace").splitlines()
    except OSError:
        return users
    for line in lines:
        fields = line.split(":")
        if len(fields) >= 3 and fields[2].isdigit():
            users.setdefault(int(fields[2]), fields[0])
    return users


def _counters(folder: str) -> Counters | None:
    """Return what the kernel tells of one process, None when it has ended since."""
    try:
        descriptor = os.open(folder + "/stat", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        return counters(os.read(descriptor, 4096))
    except OSError:  # ProcessLookupError: it ended between the two
        return None
    finally:
        os.close(descriptor)
