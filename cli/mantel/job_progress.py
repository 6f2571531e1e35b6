"""How far a run is: a bar on a terminal, nothing elsewhere."""

import contextlib
import sys
from types import TracebackType
from typing import Any, Self

from shared.payloads import JobState


class Bar:
    """A context manager."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._stack = contextlib.ExitStack()
        self._progress: Any = None
        self._task: Any = None

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            # rich takes 0.1 s to import and is of no use where nobody looks
            from rich.console import Console
            from rich.progress import Progress

            drawn = Progress(console=Console(stderr=True), transient=True)
            self._progress = self._stack.enter_context(drawn)
            self._task = drawn.add_task(self._name, total=None)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def show(self, state: JobState, *, waits: bool) -> None:
        """Show how far the run is, or that it waits for another."""
        if self._progress is None:
            return
        done = None if waits else state.progress_percent
        self._progress.update(
            self._task,
            description=f"{self._name}: waits" if waits else self._name,
            total=100 if done else None,
            completed=done or 0,
        )
