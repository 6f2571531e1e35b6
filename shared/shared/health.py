"""What a service tells of itself: counters for `health`, warnings for `log`."""

import asyncio
import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from shared import __version__, topics
from shared.pace import beats
from shared.payloads import Health, LogLine
from shared.readable import readable
from shared.topic import Topic

_MOST_CHARACTERS = 500
_REPORT_SECONDS = 60.0


@dataclass
class Tally:
    """What a service remembers of itself since it was started."""

    connects: int = 0
    last_error: str | None = None
    _started: float = field(default_factory=time.monotonic)

    def health(self, *, published: int, received: int, dropped: int) -> Health:
        """Return the counts as they go to the broker."""
        return Health(
            version=__version__,
            uptime_seconds=int(time.monotonic() - self._started),
            rss_bytes=_resident_bytes(),
            reconnects=max(0, self.connects - 1),
            published=published,
            received=received,
            dropped=dropped,
            last_error=self.last_error,
        )


def _resident_bytes() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


class Reporter(Protocol):
    """The connection, as far as health goes."""

    def health(self) -> Health:
        """Return how the service does."""

    def publish(self, topic: Topic[Health], payload: Health) -> bool:
        """Hand over a message."""


async def report_health(reporter: Reporter) -> None:
    """Publish `health` at once, then each minute."""
    async for _ in beats(_REPORT_SECONDS):
        reporter.publish(topics.HEALTH, reporter.health())


class Warnings(logging.Handler):
    """Hands log lines at WARNING and above to `publish`, from whichever thread they come."""

    def __init__(self, tally: Tally, publish: Callable[[LogLine], object]) -> None:
        super().__init__(logging.WARNING)
        self._tally = tally
        self._publish = publish
        self._loop = asyncio.get_running_loop()

    def emit(self, record: logging.LogRecord) -> None:
        """Queue the line; one that comes while the broker is away is lost here, not in the log."""
        line = LogLine(
            at=datetime.fromtimestamp(record.created).astimezone(),
            level=record.levelname,
            message=readable(record.getMessage()[:_MOST_CHARACTERS]),
        )
        self._tally.last_error = line.message
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._publish, line)
