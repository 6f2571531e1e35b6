"""The processes of this machine: our own children among them, against psutil."""

import contextlib
import os
import pwd
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from shared.testing import eventually
from stats.process_table import ProcessTable
from stats.processes import Process

BUSY = "while True: pass"
IDLE = "import time; time.sleep(60)"


@contextlib.contextmanager
def child(*command: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program while the block does."""
    process = subprocess.Popen(command)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def listed(rows: list[Process], pid: int) -> Process | None:
    return next((process for process in rows if process.pid == pid), None)


def test_a_child_as_psutil_sees_it() -> None:
    with child(sys.executable, "-c", IDLE) as process:
        seen = psutil.Process(process.pid)
        eventually(lambda: seen.status() == psutil.STATUS_SLEEPING)
        got = listed(ProcessTable("").read(), process.pid)
        assert got is not None
        assert (got.name, got.user) == (seen.name(), seen.username())
        assert got.memory_percent == pytest.approx(seen.memory_percent(), abs=0.05)
        assert got.running_time == pytest.approx(time.time() - seen.create_time(), abs=1.5)


def test_all_are_listed_once() -> None:
    """Those that both saw, before and after."""
    before = set(psutil.pids())
    rows = ProcessTable("").read()
    after = set(psutil.pids())
    pids = [process.pid for process in rows]
    assert len(pids) == len(set(pids))
    assert before & after <= set(pids) <= before | after | {0}


def test_cpu_is_that_since_the_read_before() -> None:
    """0 for all at first; then a busy child has a core, or what the others leave of it."""
    table = ProcessTable("")
    with child(sys.executable, "-c", BUSY) as process:
        rows = table.read()
        assert {row.cpu_percent for row in rows} == {0.0}
        begun = psutil.Process(process.pid).cpu_times()
        at = time.monotonic()
        # Half a second of CPU, however long it takes beside the rest of this machine
        eventually(lambda: psutil.Process(process.pid).cpu_times().user - begun.user >= 0.5)
        now = psutil.Process(process.pid).cpu_times()
        got = listed(table.read(), process.pid)
        share = 100 * (sum(now[:2]) - sum(begun[:2])) / (time.monotonic() - at)
        assert got is not None
        assert got.cpu_percent == pytest.approx(share, abs=15)


def test_two_reads_at_once_do_not_invent_load() -> None:
    """In a millisecond one tick of 10 ms would be 1000 %: the numbers before stand."""
    table = ProcessTable("")
    with child(sys.executable, "-c", BUSY) as process:
        table.read()
        threading.Event().wait(0.3)
        first = listed(table.read(), process.pid)
        second = listed(table.read(), process.pid)
        assert first is not None
        assert second is not None
        assert second.cpu_percent == first.cpu_percent > 0


def test_a_long_name_is_whole(tmp_path: Path) -> None:
    """The kernel's own ends after 15 bytes."""
    program = tmp_path / "a-name-that-is-longer-than-the-kernel-keeps"
    shutil.copy("/bin/sleep", program)
    with child(str(program), "60") as process:
        seen = psutil.Process(process.pid)
        eventually(lambda: seen.name() == program.name)
        table = ProcessTable("")
        for _ in range(2):
            got = listed(table.read(), process.pid)
            assert got is not None
            assert got.name == program.name


def test_the_names_of_users_are_those_of_the_root(tmp_path: Path) -> None:
    """In a container its own list knows other names; a change is seen, a stranger is a number."""
    passwd = tmp_path / "etc/passwd"
    passwd.parent.mkdir()
    passwd.write_text(f"# hand-made\nbroken\nalice:x:{os.getuid()}:0::/home/alice:/bin/sh\n")
    table = ProcessTable(str(tmp_path))

    def own_user() -> str | None:
        own = listed(table.read(), os.getpid())
        assert own is not None
        return own.user

    assert own_user() == "alice"
    passwd.write_text(f"bob:x:{os.getuid()}:0::/home/bob:/bin/sh\n")
    os.utime(passwd, ns=(1, 1))
    assert own_user() == "bob"
    passwd.unlink()
    assert own_user() == str(os.getuid())


def test_the_names_of_users_here() -> None:
    own = listed(ProcessTable("").read(), os.getpid())
    assert own is not None
    assert own.user == pwd.getpwuid(os.getuid()).pw_name


def test_processes_that_vanish_while_they_are_listed() -> None:
    """A storm of short ones beside ten lists: those that last are in each."""
    table, stop = ProcessTable(""), threading.Event()

    def storm() -> None:
        while not stop.is_set():
            subprocess.run(["/bin/true"], check=True)

    threads = [threading.Thread(target=storm) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(10):
            assert listed(table.read(), os.getpid())
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_one_that_ended_between_listing_and_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is left out; a zombie, which still has a line, is not."""
    with child("/bin/true") as gone:
        gone.wait()
        zombie = subprocess.Popen(["/bin/true"])
        eventually(lambda: psutil.Process(zombie.pid).status() == psutil.STATUS_ZOMBIE)
        names = ["self", "meminfo", str(gone.pid), str(zombie.pid), str(os.getpid())]
        monkeypatch.setattr(os, "listdir", lambda _: names)
        pids = [process.pid for process in ProcessTable("").read()]
        assert pids == [zombie.pid, os.getpid()]
        zombie.wait()


def test_no_file_descriptor_is_left_open() -> None:
    table = ProcessTable("")
    table.read()
    before = len(list(Path("/proc/self/fd").iterdir()))
    table.read()
    assert len(list(Path("/proc/self/fd").iterdir())) == before
