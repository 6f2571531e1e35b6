"""The one timeout, a port, and waiting for something to come true."""

import random
import socket
import time
from collections.abc import Callable

TIMEOUT_SECONDS = 10
"""How long a test waits for anything at most; where a thing works it comes at once."""


def free_port() -> int:
    """Return a TCP port on which nobody listens now.

    Not the kernel's choice: it would give the same to somebody else, for a connection outwards,
    before the test comes to listen there.
    """
    while True:
        with socket.socket() as probe:
            port = random.randrange(10_000, 32_768)  # noqa: S311 - no secret
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def eventually(check: Callable[[], object], *, times: int = 1) -> None:
    """Return as soon as `check()` is true; TimeoutError when it does not come true.

    `times` as long is waited for what starts many processes, for a busy machine.
    """
    deadline = time.monotonic() + times * TIMEOUT_SECONDS
    while not check():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.01)
