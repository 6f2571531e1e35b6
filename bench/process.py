"""Programs under measurement: plain processes, each ended by its id."""

import configparser
import contextlib
import importlib
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from shared.settings import hints
from shared.testing import free_port

ROOT = Path(__file__).resolve().parents[1]
NO_ENGINE = "unix:///no/engine/here"
"""A `DOCKER_HOST` for measures in which containers play no part."""

_CORES = sorted(os.sched_getaffinity(0))

Process = subprocess.Popen[bytes]


class SkipError(Exception):
    """A measure cannot be taken here; the message says why."""


class StopError(Exception):
    """Somebody wants the bench to end."""


_stopping = threading.Event()


def stop(*_: object) -> None:
    """Let every `wait` raise StopError, so that all that was started is ended; a signal handler."""
    _stopping.set()
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # whoever is in a hurry may press it again


def wait(seconds: float) -> None:
    """Sleep; StopError when the bench is to end."""
    if _stopping.wait(max(0.0, seconds)):
        raise StopError


def packages() -> dict[str, str]:
    """Return the services of the workspace: name and package."""
    mains = sorted(ROOT.glob("services/*/*/__main__.py"))
    return {main.parents[1].name: main.parent.name for main in mains}


def need_broker() -> None:
    """Raise SkipError where no Mosquitto is installed."""
    if shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin") is None:
        raise SkipError("mosquitto is not installed")


@contextlib.contextmanager
def running(
    command: list[str], directory: Path, environment: dict[str, str] | None = None
) -> Iterator[Process]:
    """Run a program in `directory`, with its output there in `output.log`, and end it."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "output.log").open("ab") as log:
        process = subprocess.Popen(
            command,
            cwd=directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(5)


class Reachable(Protocol):
    """A broker, as a service needs to know it."""

    def environment(self, service: str) -> dict[str, str]:
        """Return the settings by which `service` reaches it."""


@contextlib.contextmanager
def service(
    name: str, broker: Reachable, directory: Path, settings: dict[str, str]
) -> Iterator[Process]:
    """Run a service as its user would, with ports of its own, away from the repository's `.env`."""
    command = [sys.executable, "-m", packages()[name]]
    environment = {"PATH": os.environ["PATH"], **broker.environment(name), **_ports(name)}
    environment["MEDIA_MDNS"] = "false"  # what is measured is nobody's business in the home
    with running(command, directory / name, deployed() | environment | settings) as process:
        yield process


def deployed() -> dict[str, str]:
    """Return what `make run` gives each service beside its settings, and the image too."""
    parser = configparser.RawConfigParser()
    parser.read(ROOT / "deploy/supervisord.conf", "utf-8")
    return dict(re.findall(r'(\w+)="(.*?)"', parser["supervisord"]["environment"]))


def _ports(name: str) -> dict[str, str]:
    """Return a free port for each listener that the service's settings know."""
    kind = importlib.import_module(f"{packages()[name]}.settings").Settings
    listeners = [field for field in hints(kind) if field.endswith("_port")]
    return {field.upper(): str(free_port()) for field in listeners if field != "mqtt_port"}


@contextlib.contextmanager
def pinned(pids: list[int]) -> Iterator[None]:
    """Keep these processes on the first core and this thread on the last; may be nested."""
    before = os.sched_getaffinity(0)
    for pid in pids:
        os.sched_setaffinity(pid, _CORES[:1])
    os.sched_setaffinity(0, _CORES[-1:])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
