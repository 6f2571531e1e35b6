"""A child of `media` that does what it is told, also what no child should."""

import os
import signal
import time
from pathlib import Path

from media.child_main import answer_all


def act(word: str) -> object:
    """Answer a word, or be the end of it."""
    if word == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif word == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif word == "loop":
        while True:
            pass
    elif word == "wait":
        time.sleep(600)
    elif word == "memory":
        try:
            return len(bytearray(200 << 20))
        except MemoryError:
            return "too much"
    elif word == "raise":
        raise ValueError("this is odd")
    elif word == "facts":
        score = Path("/proc/self/oom_score_adj").read_text().strip()
        return [score, os.nice(0), sorted(os.environ)]
    print(word)
    return [word, os.getpid()]


if __name__ == "__main__":
    answer_all(str, act, most_memory_bytes=100 << 20, most_cpu_seconds=1)
