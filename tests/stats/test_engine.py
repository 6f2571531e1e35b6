"""What is read of control groups, in trees as both versions of the kernel have them."""

from pathlib import Path

import pytest

from stats.containers import Found
from stats.engine import Engine, EngineError, NoEngineError

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
