"""Where a file may be."""

from pathlib import Path

from media.places import places


def test_a_name_is_looked_for_below_the_assets_first() -> None:
    """Then as the older dashboard wrote it: from the folder that holds `assets`."""
    assert places("assets/img/a.png", Path("/hub/assets")) == [
        Path("/hub/assets/assets/img/a.png"),
        Path("assets/img/a.png"),
        Path("/hub/assets/img/a.png"),
    ]
    assert places("img/a.png", Path("assets"))[0] == Path("assets/img/a.png")


def test_an_absolute_path_is_meant_as_it_is() -> None:
    """And nowhere else."""
    assert places("/pictures/a.png", Path("assets")) == [Path("/pictures/a.png")]
