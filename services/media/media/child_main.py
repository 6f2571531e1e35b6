"""What a child of `media` does: it answers questions from stdin on stdout, until that ends.

The other end is `child_process`. What it may take is limited, for what it reads comes from
outside.
"""

import contextlib
import gc
import math
import os
import resource
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec

LENGTH = struct.Struct(">I")
"""What stands before each question and each answer."""

Q = TypeVar("Q")


def answer_all(
    question: type[Q],
    act: Callable[[Q], object],
    *,
    most_memory_bytes: int,
    most_cpu_seconds: int,
) -> None:
    """Answer with what `act` makes of each question, both JSON.

    The memory is its own, beside that of its libraries' files; with more CPU time for one
    question it is ended.
    """
    # What libraries print must not get among the answers
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    resource.setrlimit(resource.RLIMIT_DATA, (most_memory_bytes, most_memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(10)  # sound goes first
    with contextlib.suppress(OSError):
        # Where the machine's memory, or the container's, is used up: this one goes, not `media`
        Path("/proc/self/oom_score_adj").write_text("1000")
    gc.freeze()
    while (asked := _next(sys.stdin.buffer)) is not None:
        _limit_cpu(most_cpu_seconds)
        answer = msgspec.json.encode(act(msgspec.json.decode(asked, type=question)))
        answers.write(LENGTH.pack(len(answer)))
        answers.write(answer)
        answers.flush()


def _next(pipe: BinaryIO) -> bytes | None:
    head = pipe.read(LENGTH.size)
    return pipe.read(LENGTH.unpack(head)[0]) if len(head) == LENGTH.size else None


def _limit_cpu(seconds: int) -> None:
    """Have the kernel end us after so many seconds more: perhaps nobody waits for us any more."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = math.ceil(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))
