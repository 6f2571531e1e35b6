"""What a display shows, from real files."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from media.bitmap.frame import Frame
from media.bitmap.picture import Fit
from media.display import pictures as module
from media.display.display import Display
from media.display.pictures import Pictures
from media.display.screens import frame_for, six_colours
from tests.media.bitmap.pictures import halves, photo, saved

DISPLAY = Display(
    id="a", hardware_id="1", width=60, height=40, made_at=datetime(2026, 7, 1, tzinfo=UTC)
)


def in_colours(picture: bytes, width: int, height: int, fit: Fit = "contain") -> Frame:
    return frame_for(picture, six_colours(width, height), fit)


@pytest.fixture
def idle(tmp_path: Path) -> Path:
    """Return where the idle picture is, which is there."""
    path = tmp_path / "assets/img/idle.png"
    path.parent.mkdir(parents=True)
    path.write_bytes(saved(halves()))
    return path


@pytest.fixture
def pictures(tmp_path: Path, idle: Path) -> Pictures:
    """Return the pictures of these folders."""
    return Pictures(tmp_path / "assets", tmp_path / "photos")


async def test_a_broken_file_leaves_the_picture_before(
    pictures: Pictures, idle: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is said once, and looked at again when it changes."""
    before = await pictures.picture(DISPLAY, "photo")
    assert before == in_colours(saved(halves()), 60, 40)
    idle.write_bytes(saved(photo())[:200])
    for _ in range(3):
        assert await pictures.picture(DISPLAY, "photo") == before
    assert caplog.text.count("idle.png") == 1
    idle.write_bytes(saved(photo()))
    assert await pictures.picture(DISPLAY, "photo") == in_colours(saved(photo()), 60, 40)


async def test_a_file_that_changes_while_it_is_read_is_read_again(
    pictures: Pictures, idle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read of it may be half of each."""
    before = await pictures.picture(DISPLAY, "photo")
    idle.write_bytes(saved(photo()))

    def disturbed(*given: object) -> Frame:
        idle.write_bytes(saved(photo()))
        os.utime(idle, ns=(0, 7))
        return frame_for(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "frame_for", disturbed)
    assert await pictures.picture(DISPLAY, "photo") == before
    monkeypatch.undo()
    assert await pictures.picture(DISPLAY, "photo") != before


async def test_what_has_not_changed_is_not_made_again(
    pictures: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For each size, and for a drawing and a splash too."""
    sizes = [DISPLAY, replace(DISPLAY, width=40)]
    before = [await pictures.picture(each, mode) for each in sizes for mode in ("photo", "boot")]
    monkeypatch.delattr(module, "frame_for")
    again = [await pictures.picture(each, mode) for each in sizes for mode in ("photo", "boot")]
    assert again == before
    assert len({each.version for each in again}) == 4


async def test_photos_take_turns_in_the_order_of_their_names(
    pictures: Pictures, tmp_path: Path
) -> None:
    """They fill the display; other files are none."""
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "b.png").write_bytes(saved(photo()))
    (folder / "a.JPG").write_bytes(saved(halves(), "JPEG"))
    (folder / "c.txt").write_text("")
    shown = [await pictures.picture(replace(DISPLAY, turn=turn), "photo") for turn in range(4)]
    assert shown[1] == in_colours(saved(photo()), 60, 40, "cover")
    assert shown[0] == shown[2] != shown[1] == shown[3]
    assert await pictures.picture(DISPLAY, "dashboard") == in_colours(saved(halves()), 60, 40)


async def test_what_is_kept_ready_is_bounded(
    pictures: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many sizes are asked for."""
    monkeypatch.setattr(module, "_MOST_BYTES", 5_000)
    for width in range(10, 60):
        await pictures.picture(replace(DISPLAY, width=width), "photo")
    assert pictures._bytes() <= 5_000
