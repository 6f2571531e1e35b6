"""A wall clock that a test sets, for services that it starts; nothing else sees it."""

import time
from datetime import datetime
from pathlib import Path

import pytest


class ShiftedClock:
    """Real time plus an offset, the same for every process that is started with `environment`.

    It can be stepped while they run. Their monotonic clocks stay as they are. The test is
    skipped where libfaketime is not installed.
    """

    def __init__(self, directory: Path, now: datetime) -> None:
        libraries = list(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
        if not libraries:
            pytest.skip("libfaketime is not installed")
        self._file = directory / "clock"
        self._seconds = 0.0
        self.set(now)
        self.environment = {
            "LD_PRELOAD": str(libraries[0]),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            # else it looks at the file each 10 s
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_NO_CACHE": "1",
        }

    def set(self, now: datetime) -> None:
        """Make it `now`, for those that run too."""
        self._seconds = now.timestamp() - time.time()
        aside = self._file.with_suffix(".new")
        aside.write_text(f"{self._seconds:+.3f}")
        aside.replace(self._file)

    def now(self) -> datetime:
        """Return the time that it shows, in this machine's zone."""
        return datetime.fromtimestamp(time.time() + self._seconds).astimezone()
