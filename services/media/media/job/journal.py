"""What one run tells of itself while it goes on."""

from collections.abc import Callable
from datetime import datetime

from media.job.job import MOST_LINES, Level, Line, clip


class Journal:
    """Lines and progress of a run; `changed` is called for each."""

    def __init__(self, clock: Callable[[], datetime], changed: Callable[[], None]) -> None:
        self._clock = clock
        self._changed = changed
        self._number = 0
        self._unwritten: list[Line] = []
        self.done = 0.0
        """Which part of the work is done, 0 to 1."""

    def log(self, level: Level, message: str) -> None:
        """Add a line; of a run that floods its log the newest lines are kept."""
        self._number += 1
        self._unwritten.append(Line(self._number, self._clock(), level, clip(message)))
        if len(self._unwritten) > MOST_LINES:
            del self._unwritten[0]
        self._changed()

    def progress(self, done: float) -> None:
        """Tell which part of the work is done; it never goes back."""
        self.done = max(self.done, min(1.0, done))
        self._changed()

    def take(self) -> list[Line]:
        """Return the lines that were not taken yet."""
        lines, self._unwritten = self._unwritten, []
        return lines
