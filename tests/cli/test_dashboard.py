"""`mantel dashboard`: what is said before media is asked. tests/e2e/test_dashboards.py asks it."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run


@pytest.mark.parametrize("size", ["800", "800x", "8x4", "axb", "800x480x2", "10000x2"])
def test_a_size_that_is_none(run: Run, size: str) -> None:
    """Such as one is told."""
    done = run("dashboard", "preview", "--size", size)
    assert done.exit_code == 2
    assert "is no size; such as 800x480" in done.output


def test_a_folder_that_is_no_theme(run: Run, tmp_path: Path) -> None:
    """It is told what is missing."""
    done = run("dashboard", "preview", str(tmp_path))
    assert done.exit_code == 1
    assert "has no theme.toml" in done.output


def test_only_a_folder_can_be_watched(run: Run) -> None:
    """A theme of the hub's is not on this machine."""
    done = run("dashboard", "preview", "portrait", "--watch")
    assert done.exit_code == 2
    assert "only a folder can be watched" in done.output


def test_nobody_answers(run: Run, impatient: None) -> None:
    """The one who should is named."""
    done = run("dashboard", "themes")
    assert done.exit_code == 1
    assert "no answer from media" in done.output


def test_a_theme_that_is_too_large_for_the_broker(run: Run, tmp_path: Path) -> None:
    """It is told what to do in its place."""
    (tmp_path / "theme.toml").write_text("")
    (tmp_path / "large.png").write_bytes(bytes(2_000_000))
    done = run("dashboard", "check", str(tmp_path))
    assert done.exit_code == 1
    assert "copy it to the hub's config/themes" in " ".join(done.output.split())
