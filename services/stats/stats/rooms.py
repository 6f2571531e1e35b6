"""Asks file systems for their room, and waits for none that hangs.

A call to a dead network mount may never return, and nothing can end it. So the calls are made in
a thread of their own, which is left behind when one hangs.
"""

import os
import threading
from collections.abc import Callable, Sequence

from stats.snapshot import Room

_PATIENCE_SECONDS = 0.5
_MOST_STUCK = 8
_MOST_GONE = 64  # some machines give each guest or pod a mount of a new name


def room(path: str) -> Room | None:
    """Return the room of the file system at `path`, None when it cannot be had."""
    try:
        told = os.statvfs(path)
    except OSError:
        return None
    used = (told.f_blocks - told.f_bfree) * told.f_frsize
    return Room(told.f_blocks * told.f_frsize, used, told.f_bavail * told.f_frsize)


def mounted_room(path: str) -> Room | None:
    """Return the same where something is mounted.

    In a container: what was mounted on the host later is not, so it would be the disk below.
    """
    is_root = path.endswith("/")
    return room(path) if is_root or os.path.ismount(path) else None


class Rooms:
    """The room of every mounted file system below `root`.

    One that hangs is asked no more until its call has returned, and keeps its last value.
    When too many hang, those that were never asked are unknown.
    """

    def __init__(
        self,
        root: str,
        ask: Callable[[str], Room | None] | None = None,
        patience_seconds: float = _PATIENCE_SECONDS,
    ) -> None:
        self._root = root
        self._ask = ask or (mounted_room if root else room)
        self._patience = patience_seconds
        self._known: dict[str, Room | None] = {}
        self._stuck: set[str] = set()
        self._lock = threading.Lock()

    def read(self, mounts: Sequence[str]) -> dict[str, Room | None]:
        """Return the room at each mount point; blocks for half a second for each new one stuck."""
        with self._lock:
            todo = [mount for mount in mounts if mount not in self._stuck]
            while todo and len(self._stuck) < _MOST_STUCK:
                batch = _Batch(self._root, todo, self._ask)
                if batch.wait(self._patience):
                    self._known |= batch.found
                    break
                hung = batch.leave(self._stuck)
                self._known |= batch.found
                todo = todo[todo.index(hung) + 1 :] if hung else []
            told = {mount: self._known.get(mount) for mount in mounts}
            gone = [mount for mount in self._known if mount not in told]
            for mount in gone[: max(0, len(gone) - _MOST_GONE)]:
                del self._known[mount]
            return told


class _Batch:
    """A thread that asks one mount after the other."""

    def __init__(self, root: str, mounts: Sequence[str], ask: Callable[[str], Room | None]) -> None:
        self.found: dict[str, Room | None] = {}
        self._mounts = mounts
        self._done = threading.Event()
        self._lock = threading.Lock()
        self._stuck: set[str] | None = None
        threading.Thread(target=self._run, args=(root, ask), name="rooms", daemon=True).start()

    def _run(self, root: str, ask: Callable[[str], Room | None]) -> None:
        for mount in self._mounts:
            told = ask(root + mount)
            with self._lock:
                if self._stuck is not None:  # left behind since
                    self._stuck.discard(mount)
                    return
                self.found[mount] = told
        self._done.set()

    def wait(self, seconds: float) -> bool:
        """Tell whether all were asked within `seconds`."""
        return self._done.wait(seconds)

    def leave(self, stuck: set[str]) -> str | None:
        """Give up; return the one that hangs, which is in `stuck` until its call returns."""
        with self._lock:
            if len(self.found) == len(self._mounts):  # just now
                return None
            self._stuck = stuck
            hung = self._mounts[len(self.found)]
            stuck.add(hung)
            return hung
