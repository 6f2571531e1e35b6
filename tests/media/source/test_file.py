"""`sources.toml` on disk: noticed however it is changed."""

import os
from pathlib import Path

import pytest

from media.source.file import SourceFile

GOOD = "[host]\nnode = 'attic'\n"


async def looked(file: SourceFile) -> str | None:
    """Return the host that a look finds, None when there is nothing new."""
    found = await file.look()
    return None if found is None else (found[0].host.node if found[0].host else "none")


async def test_a_file_comes_changes_and_goes(tmp_path: Path) -> None:
    """One that is away for a moment, as while an editor saves it, is not gone."""
    path = tmp_path / "sources.toml"
    file = SourceFile(path)
    assert await looked(file) == "none"
    assert await looked(file) is None
    path.write_text(GOOD)
    assert await looked(file) == "attic"
    assert await looked(file) is None
    path.write_text(GOOD.replace("attic", "cella"))  # of the same length, at once
    assert await looked(file) == "cella"
    aside = tmp_path / "new"
    aside.write_text(GOOD)
    path.unlink()
    assert await looked(file) is None
    aside.rename(path)
    assert await looked(file) == "attic"
    path.unlink()
    assert [await looked(file) for _ in range(4)] == [None, None, "none", None]


async def test_a_broken_file_is_said_once_and_mended(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    path = tmp_path / "sources.toml"
    path.write_text("[host]\nnod = 'x'\n\n[x]\n")
    file = SourceFile(path)
    assert [await looked(file) for _ in range(3)] == [None] * 3
    assert file.problems[0].startswith("line 2: [host] nod is not known; did you mean node?")
    assert file.problems[1].startswith("line 4: x is not known")
    path.write_text(GOOD)
    assert await looked(file) == "attic"
    assert file.problems == []
    lines = [record.message for record in caplog.records]
    assert len(lines) == 2
    assert "the sources stay as they were" in lines[0]
    assert lines[1].endswith("read again, all right")


async def test_what_is_no_file_is_said_and_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    file = SourceFile(pipe)
    assert await looked(file) is None
    assert file.problems == ["cannot be read (is no file)"]
    folder = SourceFile(tmp_path)
    assert await looked(folder) is None
    assert folder.problems
