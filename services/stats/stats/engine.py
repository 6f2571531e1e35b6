"""Reads and commands the Docker engine; the only module that knows the docker SDK.

The SDK is imported on the first connection, not before: it costs 10 MB, and many a Pi has no
Docker. The engine's event stream says when something changed, so that nothing is polled.
"""

import asyncio
import contextlib
import os
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from stats.containers import Found, found

REFRESH_SECONDS = 60.0
_USUAL = "unix:///var/run/docker.sock"
_ANSWER_SECONDS = 10
_STOP_SECONDS = 20
_BURST_SECONDS = 0.05  # a restart is four events in a row
_MOST_CHANGED = 256
_ANY = ""  # among the ids of changed containers: each may have changed
_GARBAGE = (LookupError, TypeError, AttributeError, ArithmeticError, RuntimeError)
"""What comes of an answer that is JSON of another form, too deep, or none at the stream's end."""
_EVENTS = [
    "create", "start", "die", "pause", "unpause", "rename", "destroy", "health_status",
]  # fmt: skip


class EngineError(Exception):
    """The engine is absent, has gone or refuses; the message says which."""


class NoEngineError(EngineError):
    """There is no engine on this host, which is nothing to complain of."""


def need_socket(address: str) -> None:
    """Raise EngineError where `address` is a socket that is not there; never blocks."""
    address = address or _USUAL
    path = address.removeprefix("unix://")
    if path == address or os.access(path, os.R_OK | os.W_OK):
        return
    try:
        Path(path).stat()
    except (FileNotFoundError, NotADirectoryError):
        raise NoEngineError(f"{path}: no Docker engine here") from None
    except PermissionError:
        pass  # of a folder above it
    except OSError as error:
        raise EngineError(f"{path}: {error.strerror}") from None
    raise EngineError(f"{path}: no permission (is this user in the group docker?)")


class Engine:
    """One connection to the engine at `address`; empty: the usual socket, while it is there."""

    def __init__(self, address: str, cgroup: Path) -> None:
        """Connect. Blocks; raises EngineError."""
        need_socket(address)
        address = address or _USUAL
        import docker
        from docker.errors import DockerException
        from requests.exceptions import RequestException
        from urllib3.exceptions import HTTPError

        self._failures = (
            DockerException, RequestException, HTTPError, OSError, ValueError, *_GARBAGE,
        )  # fmt: skip
        self._cgroup = cgroup
        self._known: dict[str, Found] = {}
        try:
            self._api: Any = docker.APIClient(address, version="auto", timeout=_ANSWER_SECONDS)
        except self._failures as error:
            raise EngineError(_sentence(error)) from None

    def close(self) -> None:
        """Give up the connection."""
        self._api.close()

    def containers(self, changed: set[str]) -> list[Found]:
        """Return all containers; only those that are new or `changed` (ids) are asked about.

        Blocks; raises EngineError.
        """
        try:
            ids = [entry["Id"] for entry in self._api.containers(all=True)]
            known = {}
            for key in ids:
                if key in changed or _ANY in changed or key not in self._known:
                    inspected = self._inspect(key)
                    if inspected is not None:
                        known[key] = inspected
                else:
                    known[key] = self._known[key]
        except self._failures as error:
            raise EngineError(_sentence(error)) from None
        self._known = known
        return list(known.values())

    def _inspect(self, key: str) -> Found | None:
        from docker.errors import NotFound

        try:
            return found(self._api.inspect_container(key))
        except NotFound:  # gone since it was listed
            return None

    def command(self, name: str, verb: str) -> None:
        """Start, stop or restart a container. Blocks; raises EngineError."""
        try:
            if verb == "start":
                self._api.start(name)
            elif verb == "stop":
                self._api.stop(name, timeout=_STOP_SECONDS)
            else:
                self._api.restart(name, timeout=_STOP_SECONDS)
        except self._failures as error:
            raise EngineError(_sentence(error)) from None

    async def changes(self) -> AsyncIterator[set[str]]:
        """Yield the ids of changed containers: nothing at once, then each burst, or each minute.

        Raises EngineError when the engine goes away.
        """
        loop = asyncio.get_running_loop()
        news = _News()

        def follow() -> None:
            """Read the event stream until it ends; in a thread that dies with the process."""
            end = EngineError("the Docker engine has gone")
            try:
                for event in stream:
                    loop.call_soon_threadsafe(news.add, str(event.get("id") or _ANY))
            except self._failures as error:
                end = EngineError(_sentence(error))
            if not loop.is_closed():
                loop.call_soon_threadsafe(news.end, end)

        try:
            filters = {"type": "container", "event": _EVENTS}
            stream = await asyncio.to_thread(self._api.events, filters=filters, decode=True)
        except self._failures as error:
            raise EngineError(_sentence(error)) from None
        threading.Thread(target=follow, name="docker events", daemon=True).start()
        try:
            yield set()
            while True:
                yield await news.burst()
        finally:
            with contextlib.suppress(*self._failures):  # its other end may be gone
                stream.close()

    def counts_memory(self) -> bool:
        """Tell whether the kernel counts the memory of control groups, of version 1 or 2."""
        try:
            controllers = (self._cgroup / "cgroup.controllers").read_bytes().split()
        except OSError:
            return os.path.isdir(self._cgroup / "memory")  # noqa: PTH112 - it never raises
        return b"memory" in controllers

    def memory_bytes(self, container: Found) -> int | None:
        """Return the memory a container uses, caches apart; None where it is not counted.

        From the control group's files: asking the engine takes it two seconds a container.
        """
        for folder, usage, cache in (
            (f"system.slice/docker-{container.id}.scope", "memory.current", "inactive_file"),
            (f"docker/{container.id}", "memory.current", "inactive_file"),
            (f"memory/docker/{container.id}", "memory.usage_in_bytes", "total_inactive_file"),
            (
                f"memory/system.slice/docker-{container.id}.scope",
                "memory.usage_in_bytes",
                "total_inactive_file",
            ),
        ):
            try:
                used = int((self._cgroup / folder / usage).read_text("ascii"))
                stat = (self._cgroup / folder / "memory.stat").read_text("ascii")
                lines = dict(line.split(" ", 1) for line in stat.splitlines())
                used -= int(lines.get(cache, "0"))
            except (OSError, ValueError):
                continue
            return max(0, used)
        return None


class _News:
    """What has changed since it was last asked; too many ids become one that stands for any."""

    def __init__(self) -> None:
        self._changed: set[str] = set()
        self._end: EngineError | None = None
        self._some = asyncio.Event()

    def add(self, key: str) -> None:
        """Note that a container has changed."""
        self._changed.add(key if len(self._changed) < _MOST_CHANGED else _ANY)
        self._some.set()

    def end(self, error: EngineError) -> None:
        """Note that no more comes."""
        self._end = error
        self._some.set()

    async def burst(self) -> set[str]:
        """Return the next that changes and what follows at once; empty after a minute."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(REFRESH_SECONDS):
                await self._some.wait()
            await asyncio.sleep(_BURST_SECONDS)
        if self._end is not None:
            raise self._end
        changed, self._changed = self._changed, set()
        self._some.clear()
        return changed


def _sentence(error: Exception) -> str:
    """Return the core of a many-layered error."""
    if isinstance(error, _GARBAGE):
        return f"the Docker engine's answer is not understood ({type(error).__name__}: {error})"
    explanation = getattr(error, "explanation", None)
    if explanation:
        return str(explanation)
    cause: BaseException = error
    while cause.__context__ is not None:
        cause = cause.__context__
    return f"the Docker engine does not answer ({getattr(cause, 'strerror', None) or cause})"
