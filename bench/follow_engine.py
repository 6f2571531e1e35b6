"""Ours, for `containers.py`: follows the engine as `stats` does, and prints each list it tells.

The product's own loop (stats.supervision) with a receiver that prints instead of publishing:
following and telling is what the peer does too.
"""

import asyncio
import sys
import time
from pathlib import Path

from shared.payloads import Container
from stats.supervision import Shown, follow_containers


class Printed(Shown):
    """Takes the lists of containers as the real one does, without a broker."""

    def __init__(self) -> None:
        self._last: list[Container] | None = None

    def publish(self, containers: list[Container], *, known: bool = True) -> None:  # noqa: ARG002
        """Print when, and which containers are not running, unless it is the same as before."""
        if containers != self._last:
            self._last = containers
            warning = [each.name for each in containers if each.status == "warning"]
            print(time.monotonic(), *warning, flush=True)


if __name__ == "__main__":
    asyncio.run(follow_containers(Printed(), sys.argv[1], Path("/sys/fs/cgroup"), ()))
