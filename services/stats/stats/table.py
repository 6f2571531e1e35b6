"""A file of the kernel that is read again and again: opened once, read from its start."""

import os

_BYTES = 1 << 16


class Table:
    """One of /proc's tables; to open it each time costs more than to read it."""

    def __init__(self, *paths: str) -> None:
        """Take the first of `paths` that can be opened."""
        self._paths = paths
        self._descriptor = -1

    def read(self) -> str:
        """Return the text of the table; OSError when there is none."""
        if self._descriptor < 0:
            self._descriptor = self._open()
        parts = []
        position = 0
        while part := os.pread(self._descriptor, _BYTES, position):
            parts.append(part)
            position += len(part)
        return b"".join(parts).decode("utf-8", "replace")

    def _open(self) -> int:
        for path in self._paths[:-1]:
            try:
                return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            except OSError:
                continue
        return os.open(self._paths[-1], os.O_RDONLY | os.O_CLOEXEC)

    def __del__(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
