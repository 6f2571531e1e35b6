"""Pictures that others made, opened by a child."""

import os
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from media.bitmap.picture import PictureError
from media.bitmap.prepared import prepare
from media.bitmap.screen import RLCD
from media.darkroom import Darkroom
from shared.testing import TIMEOUT_SECONDS
from tests.e2e.bad_pictures import bomb, empty, text, truncated
from tests.media.bitmap.pictures import photo, saved


@pytest.fixture
async def darkroom() -> AsyncIterator[Darkroom]:
    async with Darkroom(idle_seconds=6 * TIMEOUT_SECONDS) as darkroom:
        yield darkroom


async def test_a_picture_is_as_if_it_were_made_here(darkroom: Darkroom, tmp_path: Path) -> None:
    """Of a file and of bytes."""
    picture = saved(photo((300, 200)))
    (tmp_path / "a.png").write_bytes(picture)
    made = await darkroom.prepared(tmp_path / "a.png", RLCD, "smart", keep_pixels=True)
    assert made == prepare(picture, RLCD, "smart", keep_pixels=True)
    assert made.pixels
    assert await darkroom.prepared(picture, RLCD) == prepare(picture, RLCD)


async def test_bad_ones_are_told_as_such(darkroom: Darkroom, tmp_path: Path) -> None:
    """And one child reads them all; what is too large for it is told too."""
    await darkroom.prepared(saved(photo()), RLCD)
    pid = darkroom.pid
    for make in (bomb, empty, text, truncated):
        with pytest.raises(PictureError):
            await darkroom.prepared(make(), RLCD)
    with pytest.raises(PictureError, match="No such file"):
        await darkroom.prepared(tmp_path / "gone", RLCD)
    with pytest.raises(PictureError, match="takes too much memory"):
        await darkroom.prepared(saved(photo()), replace(RLCD, width=20_000, height=20_000))
    assert darkroom.pid == pid
    assert await darkroom.prepared(saved(photo()), RLCD) == prepare(saved(photo()), RLCD)


async def test_a_child_that_has_ended_costs_no_picture(darkroom: Darkroom) -> None:
    """Another one is asked, once."""
    await darkroom.prepared(saved(photo()), RLCD)
    assert darkroom.pid is not None
    os.kill(darkroom.pid, signal.SIGKILL)
    assert await darkroom.prepared(saved(photo()), RLCD) == prepare(saved(photo()), RLCD)
