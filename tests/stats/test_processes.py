"""Lines of /proc/[pid]/stat as kernels write them, and lists in every order."""

import random

import pytest

from stats.processes import Counters, Process, counters, top

# Of a Pi 4 with Linux 6.1: a shell, and a thread of the kernel
SHELL = (
    b"1234 (bash) S 1229 1234 1234 34816 1300 4194304 1563 5121 0 3 17 4 25 8 20 0 1 0 "
    b"987654 9023488 1242 18446744073709551615 1 1 0 0 0 0 65536 3686404 1266761467 0 0 0 17 3 "
    b"0 0 0 0 0 0 0 0 0 0 0 0 0\n"
)
KERNEL = b"2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 1 0 0 20 0 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n"


def test_a_line_of_the_kernel() -> None:
    """Its own time alone: 25 and 8 are those of its children."""
    assert counters(SHELL) == Counters("bash", 17 + 4, 987654, 1242)
    assert counters(KERNEL) == Counters("kthreadd", 1, 0, 0)


@pytest.mark.parametrize(
    "name", ["tmux: server", "(sd-pam)", "a) S 1 (b", ")", "", "two\nlines", "Käse 7 8 9"]
)
def test_a_name_may_hold_anything(name: str) -> None:
    got = counters(SHELL.replace(b"bash", name.encode()))
    assert got == Counters(name, 21, 987654, 1242)


def test_a_name_cut_inside_a_letter() -> None:
    """The kernel cuts after 15 bytes."""
    got = counters(SHELL.replace(b"bash", b"Stra\xc3"))
    assert got is not None
    assert got.name == "Stra\ufffd"


@pytest.mark.parametrize(
    "line", [b"", b"12", b"12 (bash", b"12 (bash) S 1 2", b"x) S" + b" y" * 40]
)
def test_what_is_no_line(line: bytes) -> None:
    assert counters(line) is None


def row(pid: int, name: str = "x", cpu: float = 0, memory: float = 0, time: float = 0) -> Process:
    return Process(pid, name, "root", cpu, memory, time)


ROWS = [
    row(1, "systemd", cpu=0.5, memory=1.0, time=500),
    row(20, "Xorg", cpu=120.0, memory=3.0, time=400),
    row(3, "bash", cpu=0.5, memory=9.0, time=300),
    row(100, "Avahi", cpu=0.0, memory=1.0, time=400),
]


@pytest.mark.parametrize(
    ("sort", "pids"),
    [
        ("cpu", [20, 1, 3, 100]),
        ("memory", [3, 20, 1, 100]),
        ("time", [1, 20, 100, 3]),
        ("name", [100, 3, 1, 20]),
        ("pid", [1, 3, 20, 100]),
        ("NaMe", [100, 3, 1, 20]),
        ("nonsense", [20, 1, 3, 100]),
        ("", [20, 1, 3, 100]),
    ],
)
def test_order(sort: str, pids: list[int]) -> None:
    """Greatest first but for name and pid; equals by pid, in whatever order they come."""
    for seed in range(5):
        rows = ROWS.copy()
        random.Random(seed).shuffle(rows)
        assert [process.pid for process in top(rows, sort, 10)] == pids


@pytest.mark.parametrize(
    ("limit", "count"), [(0, 0), (-1, 0), (-1000, 0), (1, 1), (100, 100), (101, 100), (10**30, 100)]
)
def test_limit(limit: int, count: int) -> None:
    """Never more than 100, nor counted from the end."""
    assert len(top([row(pid) for pid in range(150)], "pid", limit)) == count


def test_nothing_to_list() -> None:
    assert top([], "cpu", 10) == []
