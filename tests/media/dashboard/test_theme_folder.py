"""The folder of the house's themes, when it cannot be read."""

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
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


def test_a_name_of_another_encoding_can_be_told(folder: Path) -> None:
    """That of a theme, or of a file in one."""
    (folder / "first").rename(folder / os.fsdecode(b"k\xfcche"))
    (folder / "second" / os.fsdecode(b"m\xe4r.png")).symlink_to("nowhere")
    themes = Themes(folder)
    assert not {"first", "second"} & set(themes.names())
    told = {name: str(error) for name, error in themes.faults.items()}
    assert sorted(told) == ["k?che", "second"]
    assert "is no name of a theme" in told["k?che"]
    assert told["second"] == "m?r.png: is a link; a theme has plain files"
    assert msgspec.json.encode(told)
