"""Somebody who is not allowed everything, as root is, who runs tests in containers."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

_NOBODY = 65534


@contextlib.contextmanager
def as_nobody() -> Iterator[Path]:
    """Be nobody, and give a folder that is theirs."""
    with tempfile.TemporaryDirectory() as directory:
        root = os.geteuid() == 0
        if root:
            os.chown(directory, _NOBODY, _NOBODY)
            os.seteuid(_NOBODY)
        try:
            yield Path(directory)
        finally:
            if root:
                os.seteuid(0)
