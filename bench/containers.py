"""What it costs to know the containers: our event stream against asking the SDK each 2 s.

A home's containers rarely change, so following costs nothing most of the time. To be fair to the
peer each minute is a lively one: a container is paused, and another one goes on. (The product's
refresh comes a minute after the last change, so here never.) A window is 20 s with one of the two
changes; ours is what they cost, the peer's is what the clock costs, both told for a minute.
Short windows, because those in which a stranger's containers change are left out.
CPU is that of the two clients; what the engine itself spends (more for the peer) is not counted.
"""

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import docker
from docker.errors import DockerException

from bench.meter import cpu_seconds
from bench.process import ROOT, SkipError, running, wait
from bench.verdict import Outcome

Change = tuple[str, bool, float]
"""A container, whether it is paused from then on, and when that was."""

_SOCKET = "/var/run/docker.sock"
_COUNT, _PREFIX = 10, "mantel-bench"
_CHANGES_A_MINUTE, _WINDOW_SECONDS = 2, 20.0
_LIFE_SECONDS = "900"  # they end by themselves, whatever becomes of us
_IMAGES = ("busybox", "alpine", "python:3.13-slim", "eclipse-mosquitto:2", "haproxy:lts", "debian")


def measure(directory: Path, *, quick: bool) -> list[Outcome]:
    """Follow and poll the same ten containers at the same time."""
    windows = 1 if quick else 9
    address = f"unix://{_SOCKET}"
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    ours_in, peer_in = directory / "follow", directory / "poll"
    follow = [sys.executable, "-m", "bench.follow_engine", address]
    poll = [sys.executable, "-m", "bench.peer_engine", address]
    with (
        _containers() as made,
        running(follow, ours_in, environment) as a,
        running(poll, peer_in, environment) as b,
    ):
        wait(2)
        spent: list[tuple[float, float]] = []
        changes: list[Change] = []
        for window in range(windows):
            before, begin = (cpu_seconds(a.pid), cpu_seconds(b.pid)), time.time()
            wait(_WINDOW_SECONDS / 2)
            # paused in one window, and going on in the next
            container, paused = made[window // 2], window % 2 == 0
            (container.pause if paused else container.unpause)()
            changes.append((container.name, paused, time.monotonic()))
            wait(_WINDOW_SECONDS / 2)
            after = cpu_seconds(a.pid), cpu_seconds(b.pid)
            if not _strangers(made[0].client, begin):
                spent.append((after[0] - before[0], after[1] - before[1]))
        if b.poll() is not None:
            raise SkipError("the peer ended: " + (peer_in / "output.log").read_text()[-100:])
    if not spent:
        raise SkipError("other containers of this machine changed in every window")
    late, missed = _delays(ours_in / "output.log", changes)
    late_peer, _ = _delays(peer_in / "output.log", changes)
    told = [f"{1000 * median(each):.0f} ms" if each else "-" for each in (late, late_peer)]
    note = f"{len(spent)} of {windows} windows quiet, told after {told[0]}, by the peer {told[1]}"
    return [
        Outcome(
            "containers",
            tuple(1000 * _CHANGES_A_MINUTE * ours for ours, _ in spent),
            tuple(1000 * 60 / _WINDOW_SECONDS * peer for _, peer in spent),
            note=note,
            lost=f"{missed} of {len(changes)} changes were not told" if missed else "",
        )
    ]


def _delays(log: Path, changes: list[Change]) -> tuple[list[float], int]:
    """Return after how many seconds each change was told, and how many never were.

    Lists are lines: when, then the names of containers that do not run as they should.
    """
    told = [line.split() for line in log.read_text().splitlines()]
    lists = [(float(words[0]), words[1:]) for words in told if words and words[0][0].isdigit()]
    late, missed = [], 0
    for name, paused, at in changes:
        # the engine tells of it before its answer to the call is back, so `at` may come after
        fit = [when for when, names in lists if when > at - 1 and (name in names) == paused]
        if fit:
            late.append(max(0.0, fit[0] - at))
        else:
            missed += 1
    return late, missed


def _strangers(client: docker.DockerClient, since: float) -> int:
    """Return how many events of other containers there were, for which we would pay alone."""
    filters = {"type": "container", "event": ["create", "start", "die", "destroy"]}
    events = client.events(since=int(since), until=int(time.time()), filters=filters, decode=True)
    names = [event["Actor"]["Attributes"]["name"] for event in events]
    return sum(not name.startswith(_PREFIX) for name in names)


@contextlib.contextmanager
def _containers() -> Iterator[list[Any]]:
    """Run ten containers that sleep; SkipError without an engine or an image."""
    if not os.access(_SOCKET, os.R_OK | os.W_OK):
        raise SkipError("no Docker engine here, or no right to use it")
    try:
        client = docker.DockerClient(f"unix://{_SOCKET}", timeout=30)
        image = next((name for name in _IMAGES if client.images.list(name)), None)
    except DockerException as error:
        raise SkipError(f"the Docker engine does not answer: {error}") from None
    if image is None:
        raise SkipError(f"none of the images {', '.join(_IMAGES)} is there")
    made: list[Any] = []
    try:
        for number in range(_COUNT):
            made.append(  # noqa: PERF401 - those made so far are removed when one fails
                client.containers.run(
                    image,
                    [_LIFE_SECONDS],
                    entrypoint="sleep",
                    name=f"{_PREFIX}-{os.getpid()}-{number}",
                    network_mode="none",
                    auto_remove=True,
                    detach=True,
                )
            )
        yield made
    except DockerException as error:
        raise SkipError(f"the Docker engine refuses: {error}") from None
    finally:
        for container in made:
            with contextlib.suppress(DockerException):
                container.remove(force=True)
        client.close()


def versions() -> str:
    """Return the versions of SDK and engine, for the footer."""
    try:
        said = docker.DockerClient(f"unix://{_SOCKET}", timeout=5).version()["Version"]
    except (DockerException, OSError, KeyError):
        said = "none"
    return f"docker SDK {docker.__version__}, engine {said}"
