"""What is read of control groups, in trees as both versions of the kernel have them."""

import asyncio
import gc
import threading
from pathlib import Path
from typing import Any

import pytest

from shared.testing import TIMEOUT_SECONDS, eventually
from stats.containers import Found
from stats.engine import Engine, EngineError, NoEngineError, _News
from tests.e2e.engine import Engine as Served
from tests.e2e.engine import inspected

CONTAINER = Found("4f1e", "gitea", "running", None, None, None)


def engine(cgroup: Path) -> Engine:
    """Return an engine that was never connected: only its control groups are asked."""
    bare = object.__new__(Engine)
    bare._cgroup = cgroup
    return bare


def group(folder: Path, usage: str, stat: str) -> None:
    folder.mkdir(parents=True)
    version = "memory.usage_in_bytes" if "total_" in stat else "memory.current"
    (folder / version).write_text(usage + "\n")
    (folder / "memory.stat").write_text(stat)


@pytest.mark.parametrize(
    ("folder", "stat"),
    [
        ("system.slice/docker-4f1e.scope", "anon 1\ninactive_file 400\n"),
        ("docker/4f1e", "anon 1\ninactive_file 400\n"),
        ("memory/docker/4f1e", "cache 1\ntotal_inactive_file 400\n"),
        ("memory/system.slice/docker-4f1e.scope", "cache 1\ntotal_inactive_file 400\n"),
    ],
)
def test_memory_of_both_versions_and_drivers(tmp_path: Path, folder: str, stat: str) -> None:
    """As `docker stats` counts it: without the file cache that can be given back."""
    group(tmp_path / folder, "1000", stat)
    assert engine(tmp_path).memory_bytes(CONTAINER) == 600


def test_memory_that_is_not_counted_is_null(tmp_path: Path) -> None:
    """Never 0; and whether the kernel counts at all is told apart from one container's end."""
    assert engine(tmp_path).memory_bytes(CONTAINER) is None
    assert not engine(tmp_path).counts_memory()
    (tmp_path / "memory").mkdir()
    assert engine(tmp_path).counts_memory()
    (tmp_path / "cgroup.controllers").write_text("cpu io\n")
    assert not engine(tmp_path).counts_memory()
    (tmp_path / "cgroup.controllers").write_text("cpu io memory\n")
    assert engine(tmp_path).counts_memory()


def test_an_engine_that_is_not_there(tmp_path: Path) -> None:
    """No socket is no engine; an address that nobody serves is a fault."""
    with pytest.raises(NoEngineError, match="no Docker engine here"):
        Engine(f"unix://{tmp_path}/docker.sock", tmp_path)
    with pytest.raises(EngineError, match="does not answer"):
        Engine("tcp://127.0.0.1:1", tmp_path)
    with pytest.raises(NoEngineError):
        Engine(f"unix://{__file__}/docker.sock", tmp_path)


def test_a_socket_that_cannot_be_looked_at(tmp_path: Path) -> None:
    """Whatever the reason: it is told, and is no end of the service."""
    with pytest.raises(EngineError, match="File name too long"):
        Engine(f"unix://{tmp_path}/{'x' * 300}", tmp_path)


@pytest.mark.parametrize("stat", ["anon\ninactive_file 1\n", "inactive_file many\n", "\xe9 1\n"])
def test_odd_memory_is_null(tmp_path: Path, stat: str) -> None:
    """As where it is not counted."""
    group(tmp_path / "docker/4f1e", "1000", stat)
    assert engine(tmp_path).memory_bytes(CONTAINER) is None


@pytest.mark.parametrize(
    "garbage",
    [
        {"Id": "x"},
        [],
        "text",
        None,
        inspected("x", "running") | {"State": {"Status": "running", "Health": "good"}},
        inspected("x", "running") | {"Name": 5},
        inspected("x", "running") | {"State": {"Status": "running", "StartedAt": 5}},
    ],
)
def test_an_engine_that_answers_garbage(tmp_path: Path, garbage: Any) -> None:
    """It is as good as none, until it answers as it should."""
    served = Served(tmp_path / "docker.sock")
    connected = Engine(served.address, tmp_path)
    served.containers["x"] = garbage
    with pytest.raises(EngineError, match="is not understood"):
        connected.containers(set())
    served.containers["x"] = inspected("x", "running")
    assert [each.name for each in connected.containers(set())] == ["x"]
    connected.close()
    served.close()


# The library leaves a stream that has ended by itself to be closed by Python
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("events", [[b"[1]\n"], [b"nonsense", b""]])
async def test_events_that_are_garbage_end_the_stream(tmp_path: Path, events: list[bytes]) -> None:
    """And are told: who follows it connects again."""
    served = Served(tmp_path / "docker.sock")
    connected = Engine(served.address, tmp_path)
    changes = connected.changes()
    assert await anext(changes) == set()
    with served._changed:
        served._events += events
        served._changed.notify_all()
    async with asyncio.timeout(TIMEOUT_SECONDS):
        with pytest.raises(EngineError, match="is not understood"):
            await anext(changes)
    connected.close()
    served.close()
    del changes, connected
    eventually(lambda: "docker events" not in {each.name for each in threading.enumerate()})
    gc.collect()  # here, and not in a test that knows nothing of it


async def test_a_flood_of_changes_takes_no_memory_and_loses_none(tmp_path: Path) -> None:
    """While the engine is slow to tell of each; then all are asked about."""
    news = _News()
    for number in range(100_000):
        news.add(f"id-{number}")
    changed = await news.burst()
    assert len(changed) < 300
    served = Served(tmp_path / "docker.sock")
    served.containers["x"] = inspected("x", "running")
    connected = Engine(served.address, tmp_path)
    connected.containers(set())
    served.containers["x"] = inspected("x", "exited")
    assert [each.state for each in connected.containers({"another"})] == ["running"]
    assert [each.state for each in connected.containers(changed)] == ["exited"]
    connected.close()
    served.close()
