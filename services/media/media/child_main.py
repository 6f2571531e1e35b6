"""What a child of `media` does first and last: a question on stdin, an answer on stdout.

The other end is `child_process.ask`. What it may take is limited, for what it reads comes from
outside.
"""

import gc
import os
import resource
import sys
from collections.abc import Callable
from typing import TypeVar

import msgspec

Q = TypeVar("Q")


def answer_once(
    question: type[Q],
    act: Callable[[Q], object],
    *,
    most_memory_bytes: int,
    most_cpu_seconds: int,
) -> None:
    """Answer with what `act` makes of the question, both JSON.

    The memory is its own, beside that of its libraries' files; with more CPU time it is ended.
    """
    resource.setrlimit(resource.RLIMIT_DATA, (most_memory_bytes, most_memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (most_cpu_seconds, most_cpu_seconds + 5))
    os.nice(10)  # sound goes first
    gc.freeze()
    asked = msgspec.json.decode(sys.stdin.buffer.read(), type=question)
    sys.stdout.buffer.write(msgspec.json.encode(act(asked)))
