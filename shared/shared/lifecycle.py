"""From the first line to the exit code: what all services do around their own work.

Exit codes: 0 stopped by SIGTERM or SIGINT, 2 bad settings, 1 anything else.
"""

import asyncio
import gc
import logging
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from typing import TypeVar

import msgspec

from shared import __version__
from shared.complaints import Complaints
from shared.errors import MantelError, SettingsError
from shared.readable import readable
from shared.settings import Settings, load

S = TypeVar("S", bound=Settings)

_HEARTBEAT_SECONDS = 5.0


def main(service: str, kind: type[S], run: Callable[[S], Awaitable[None]]) -> None:
    """Run a service until a signal stops it, then end the process; never returns."""
    if {"-h", "--help"} & set(sys.argv[1:]):
        _help(service, kind)
        sys.exit(0)
    try:
        settings, warnings = load(kind, os.environ)
    except SettingsError as error:
        for problem in error.problems:
            print(f"{service}: {problem}", file=sys.stderr)  # noqa: T201
        sys.exit(2)
    if settings.tz:  # from .env too, where the C library does not look
        os.environ["TZ"] = settings.tz
        time.tzset()
    _set_logging(service, settings)
    log = logging.getLogger(service)
    for warning in warnings:
        log.warning("%s", warning)
    # What is there now stays: the garbage collector need not look through it for years
    gc.freeze()
    # Neither is the runner closed nor sys.exit called: both join the worker threads, and one of
    # them may hang in a dead network mount.
    code = asyncio.Runner().run(_supervise(service, settings, run))
    logging.shutdown()
    sys.stdout.flush()
    os._exit(code)


async def _supervise(service: str, settings: S, run: Callable[[S], Awaitable[None]]) -> int:
    """Run until cancelled by a signal or ended by an error; return the exit code."""
    log = logging.getLogger(service)
    loop = asyncio.get_running_loop()
    work = asyncio.ensure_future(run(settings))
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, work.cancel)
    heart = asyncio.create_task(_beat(settings.mantel_heartbeat, log), name="heartbeat")
    log.info("Mantel %s, %s on %s", __version__, service, settings.mantel_node)
    try:
        await work
    except asyncio.CancelledError:
        log.info("stopped")
        return 0
    except SettingsError as error:
        log.error("%s", error)
        return 2
    except Exception as error:
        causes = list(_leaves(error))
        for cause in causes:
            if isinstance(cause, MantelError):
                log.error("%s", cause)
            else:
                log.critical("ended by an error in the program", exc_info=cause)
        return 1
    finally:
        heart.cancel()
    log.error("ended without being told to")
    return 1


def _leaves(error: BaseException) -> Iterator[BaseException]:
    """Yield the errors inside nested groups."""
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _leaves(inner)
    else:
        yield error


async def _beat(path: str, log: logging.Logger) -> None:
    """Touch a file while the loop turns, so that a health check needs no interpreter."""
    complaints = Complaints(log)
    while path:
        try:
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o644))
            os.utime(path)
            complaints.settle(path)
        except OSError as error:
            complaints.say(path, f"heartbeat cannot be written ({error.strerror})")
        await asyncio.sleep(_HEARTBEAT_SECONDS)


def _set_logging(service: str, settings: Settings) -> None:
    """Log to stderr; what other packages log below WARNING is left out."""
    handler = logging.StreamHandler()
    handler.setFormatter(_JsonLines(service) if settings.log_format == "json" else _TextLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger(service).setLevel(settings.log_level)


class _TextLines(logging.Formatter):
    """`2026-02-17T12:13:39+01:00 WARNING stats: what happened`."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002, N802
        return datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="seconds")


class _JsonLines(logging.Formatter):
    """One JSON object a line: at, level, service, message, and trace for an error of ours."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created)
            .astimezone()
            .isoformat("T", "milliseconds"),
            "level": record.levelname,
            "service": self._service,
            "message": readable(record.getMessage()),
        }
        if record.exc_info:
            line["trace"] = readable(self.formatException(record.exc_info))
        return msgspec.json.encode(line).decode()


def _help(service: str, kind: type[Settings]) -> None:
    from shared.docs import settings_help

    print(settings_help(service, kind), end="")  # noqa: T201
