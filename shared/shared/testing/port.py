"""Ports for what a test starts."""

import itertools
import os
import random
import socket
from collections.abc import Iterator

_BELOW_THE_KERNELS = range(10_000, 32_768)
"""Not from those that the kernel gives to connections outwards: it would give one to somebody
else before the test comes to listen there."""


def _own() -> Iterator[int]:
    """Yield the ports of this process of the tests, which no other one of them is given.

    A port is often chosen long before somebody listens there.
    """
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    ports = _BELOW_THE_KERNELS[number % processes :: processes]
    first = random.randrange(len(ports))  # noqa: S311 - no secret
    return itertools.cycle((*ports[first:], *ports[:first]))


_ports = _own()


def free_port() -> int:
    """Return a TCP port on which nobody listens now, and that was given to no other test."""
    for port in _ports:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("the ports never end")
