"""The one timeout, and waiting for something to come true."""

import time
from collections.abc import Callable

TIMEOUT_SECONDS = 30
"""How long a test waits for anything at most; where a thing works it comes at once.

Long, for a machine that is slow and does much beside.
"""


def eventually(check: Callable[[], object], *, times: int = 1) -> None:
    """Return as soon as `check()` is true; TimeoutError when it does not come true.

    `times` as long is waited for what starts many processes, for a busy machine.
    """
    deadline = time.monotonic() + times * TIMEOUT_SECONDS
    while not check():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.01)
