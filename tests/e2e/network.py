"""A second network beside this machine's own, as a display in the home has it."""

import contextlib
import itertools
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.testing import TIMEOUT_SECONDS

# Those of one process differ, which may meet in one place; others are cabled elsewhere
_subnets = itertools.count(secrets.randbelow(63))


class Namespace:
    """A network namespace with a cable, one end of which is in `other` (empty: this machine)."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.address = ""
        """Of its end of the cable."""
        self.peer = ""
        """Of the other end."""

    def command(self, *words: str | Path) -> list[str]:
        """Return a command line that runs in it."""
        return ["ip", "netns", "exec", self.name, *map(str, words)]

    def run(self, *words: str | Path) -> str:
        """Run a command in it, and return what it printed."""
        return _run(*self.command(*words))


def _run(*words: str) -> str:
    done = subprocess.run(
        words, capture_output=True, text=True, timeout=3 * TIMEOUT_SECONDS, check=False
    )
    assert done.returncode == 0, f"{' '.join(words)}: {done.stderr}"
    return done.stdout


def _reason() -> str:
    """Return why there can be no namespace here; empty: there can."""
    if os.geteuid() != 0:
        return "a network namespace needs root"
    if shutil.which("ip") is None:
        return "a network namespace needs `ip` (apt install iproute2)"
    name = f"mantel-probe-{secrets.token_hex(3)}"
    done = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True, check=False)
    if done.returncode:
        return f"no network namespace here: {done.stderr.strip()}"
    _run("ip", "netns", "del", name)
    return ""


@contextlib.contextmanager
def namespace(other: Namespace | None = None) -> Iterator[Namespace]:
    """Make a namespace that is cabled to another, or to this machine; skips where none can be."""
    if reason := _reason():
        pytest.skip(reason)
    tag = secrets.token_hex(3)
    # Of the block for documentation, so that it is no network of anybody's
    first = 4 * (next(_subnets) % 63)
    made = Namespace(f"mantel-{tag}")
    made.peer, made.address = (f"198.51.100.{first + each}" for each in (1, 2))
    there = [] if other is None else ["netns", other.name]
    near, far = f"mt{tag}a", f"mt{tag}b"
    prefix = [] if other is None else ["ip", "netns", "exec", other.name]
    _run("ip", "netns", "add", made.name)
    try:
        _run("ip", "link", "add", far, "netns", made.name, "type", "veth", "peer", near, *there)
        _run(*prefix, "ip", "address", "add", f"{made.peer}/30", "broadcast", "+", "dev", near)
        _run(*prefix, "ip", "link", "set", near, "up")
        made.run("ip", "address", "add", f"{made.address}/30", "broadcast", "+", "dev", far)
        made.run("ip", "link", "set", far, "up")
        made.run("ip", "link", "set", "lo", "up")
        # What has no address goes out here: broadcasts, and multicasts
        made.run("ip", "route", "add", "default", "via", made.peer, "dev", far)
        if other is not None:
            other.run("ip", "link", "set", "lo", "up")
        yield made
    finally:
        _run("ip", "netns", "del", made.name)
