"""A steady beat: absolute deadlines, so that the work between two beats adds no drift."""

import asyncio
from collections.abc import AsyncIterator, Callable


async def beats(interval_seconds: float) -> AsyncIterator[None]:
    """Yield at once and then each `interval_seconds`; beats that were missed are skipped."""
    loop = asyncio.get_running_loop()
    due = loop.time()
    while True:
        yield
        due = _next(due, interval_seconds, loop.time())
        await asyncio.sleep(due - loop.time())


async def on_beats(interval_seconds: float, act: Callable[[], None]) -> None:
    """Call `act` at once and then on each beat, until it raises, which is raised here too.

    The loop itself calls it: to wake a task that sleeps takes another turn of the loop, a tenth
    of what a reading costs.
    """
    loop = asyncio.get_running_loop()
    failed: asyncio.Future[None] = loop.create_future()
    due = loop.time()
    timer: asyncio.Handle

    def beat() -> None:
        nonlocal due, timer
        with _Relay(failed):
            act()
            due = _next(due, interval_seconds, loop.time())
            timer = loop.call_at(due, beat)

    timer = loop.call_soon(beat)
    try:
        await failed
    finally:
        timer.cancel()


class _Relay:
    """Passes on what is raised inside it to whoever awaits a future, as a task does."""

    def __init__(self, future: "asyncio.Future[None]") -> None:
        self._future = future

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: object
    ) -> bool:
        if error is not None:
            self._future.set_exception(error)
        return error is not None


def _next(due: float, interval_seconds: float, now: float) -> float:
    """Return when the beat after that of `due` is; one that has passed already is skipped."""
    due += interval_seconds
    if due <= now:
        due = now + interval_seconds - (now - due) % interval_seconds
    return due
