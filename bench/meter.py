"""What the kernel says of processes and of the machine: CPU time, memory, stolen time.

CPU is never taken from the wall clock, and not from the 10 ms ticks of /proc/PID/stat.
"""

import contextlib
import os
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

_TICK_SECONDS = 1 / os.sysconf("SC_CLK_TCK")
_LOOK_SECONDS = 0.005


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that a process has had, with its threads and children.

    It is the process's CPU clock: the sum of /proc/PID/task/*/schedstat in nanoseconds, with the
    threads that have ended (Glances starts new ones each time; their schedstat is gone).
    Children that still run are added by the same clock, those that were waited for in ticks.
    """
    clock = (~pid << 3) | 2  # as clock_getcpuclockid(3) makes it: scheduler time of the whole group
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    waited_for = (int(fields[13]) + int(fields[14])) * _TICK_SECONDS
    return time.clock_gettime(clock) + waited_for + sum(map(cpu_seconds, _children(pid)))


def _children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            found += [int(child) for child in (task / "children").read_text().split()]
        except OSError:  # the thread has ended since
            continue
    return found


def pss_bytes(pid: int) -> int:
    """Return the process's proportional share of memory: what it shares is divided by its users."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"process {pid} has no Pss")


@contextlib.contextmanager
def peak_bytes(pid: int, *, itself: bool = True) -> Iterator[list[int]]:
    """Fill a list with the PSS of a process and all that it starts, until the end.

    With `itself` false the process is left out.
    """
    found: list[int] = []
    done = threading.Event()

    def look() -> None:
        while not done.wait(_LOOK_SECONDS):
            found.append(_together(_tree(pid)[not itself :]))

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield found
    finally:
        done.set()
        looking.join()


def _together(pids: list[int]) -> int:
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError, RuntimeError):  # one that has just ended
            total += pss_bytes(pid)
    return total


def _tree(pid: int) -> list[int]:
    """Return a process and all that it has started."""
    found = [pid]
    with contextlib.suppress(OSError):
        for child in _children(pid):
            found += _tree(child)
    return found


def alone_bytes(pids: list[int]) -> int:
    """Return what these processes would take with nothing beside them.

    PSS flatters where other programs run the same Python and so bear a part of it. Here each
    file's pages count once, for the one of `pids` that has the most of them.
    """
    private = 0
    shared: dict[str, int] = defaultdict(int)
    for pid in pids:
        name = ""
        for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
            key, _, rest = line.partition(" ")
            if not key.endswith(":"):  # 7f00-7f01 r-xp 00001000 fe:00 123  /usr/lib/...
                fields = line.split(maxsplit=5)
                name, mine = " ".join(fields[1:3] + fields[5:]), 0
            elif key in {"Private_Clean:", "Private_Dirty:"}:
                private += int(rest.split()[0]) * 1024
            elif key in {"Shared_Clean:", "Shared_Dirty:"}:
                mine += int(rest.split()[0]) * 1024
                shared[name] = max(shared[name], mine)
    return private + sum(shared.values())


def process_count() -> int:
    """Return how many processes this machine runs now, those of the kernel too."""
    return sum(entry.name.isdigit() for entry in Path("/proc").iterdir())


def machine_ticks() -> tuple[int, int]:
    """Return all ticks of all cores since boot, and those that the hypervisor took."""
    ticks = [int(word) for word in Path("/proc/stat").read_text().split("\n")[0].split()[1:]]
    return sum(ticks[:8]), ticks[7]
