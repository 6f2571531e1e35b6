"""The folder of the house's themes, when it cannot be read."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from media.dashboard.theme import ThemeError
from media.dashboard.theme_folder import Themes
from tests.media.dashboard.facts import HEADER
from tests.media.nobody import as_nobody


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return a folder with two themes."""
    with as_nobody() as home:
        for name in ("first", "second"):
            (home / "themes" / name).mkdir(parents=True)
            (home / "themes" / name / "theme.toml").write_text(HEADER)
            (home / "themes" / name / "theme.typ").write_text("good")
        yield home / "themes"


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
