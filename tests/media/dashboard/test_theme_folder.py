"""The folder of the house's themes, when it cannot be read."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from media.dashboard.theme import ThemeError
from media.dashboard.theme_folder import Themes
from tests.media.dashboard.facts import HEADER

_NOBODY = 65534


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return a folder with two themes, of somebody who is not allowed everything."""
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory) / "themes"
        for name in ("first", "second"):
            (folder / name).mkdir(parents=True)
            (folder / name / "theme.toml").write_text(HEADER)
            (folder / name / "theme.typ").write_text("good")
        root = os.geteuid() == 0
        if root:
            for each in (Path(directory), *Path(directory).rglob("*")):
                os.chown(each, _NOBODY, _NOBODY)
            os.seteuid(_NOBODY)
        yield folder
        if root:
            os.seteuid(0)


@pytest.mark.parametrize("mode", [0o000, 0o444])
def test_one_that_cannot_be_read_costs_no_other(folder: Path, mode: int) -> None:
    """It is told why; and it is back when it can be read again."""
    themes = Themes(folder)
    assert {"first", "second"} <= set(themes.names())
    (folder / "first").chmod(mode)
    names = themes.names()
    assert "second" in names
    assert "first" not in names
    with pytest.raises(ThemeError, match="Permission denied"):
        themes.named("first")
    (folder / "first").chmod(0o755)
    assert themes.named("first").name == "first"


@pytest.mark.parametrize("mode", [0o000, 0o444])
def test_a_folder_that_cannot_be_read_any_more_leaves_ours(folder: Path, mode: int) -> None:
    """Nothing is raised, for it is looked at each minute."""
    themes = Themes(folder)
    assert "first" in themes.names()
    folder.chmod(mode)
    names = themes.names()
    assert "portrait" in names
    assert "first" not in names
    folder.chmod(0o755)
    assert "first" in themes.names()
