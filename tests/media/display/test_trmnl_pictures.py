"""The pictures of TRMNL devices, with a real registry."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from media.darkroom import Darkroom
from media.database import Database, StoreError
from media.display import trmnl_pictures as module
from media.display.display import Display
from media.display.pictures import Pictures
from media.display.refusal import UnknownError
from media.display.registry import Registry
from media.display.shelf import Shelf as PictureShelf
from media.display.sources import ByMode, Splash
from media.display.store import DisplayStore
from media.display.trmnl_pictures import TrmnlPictures, media_type
from tests.media.bitmap.pictures import blank, halves, photo, saved
from tests.media.wall import HUB

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


class Shelf:
    """A registry with one display, and an idle picture."""

    def __init__(self, folder: Path, store: DisplayStore) -> None:
        self.idle = folder / "assets/img/idle.png"
        self.idle.parent.mkdir(parents=True)
        self.store = store
        self.registry = Registry(store, "open", UTC, clock=lambda: NOW)
        pictures = Pictures(
            self.registry,
            ByMode({"boot": Splash(HUB)}),
            folder / "assets",
            PictureShelf(folder / "media.sqlite"),
            Darkroom(),
        )
        self.pictures = TrmnlPictures(self.registry, pictures)
        self.id = ""

    @property
    def display(self) -> Display:
        return self.registry.get(self.id)

    async def due(self, shade: int) -> tuple[str, str]:
        self.idle.write_bytes(saved(blank("L", colour=shade)))
        return await self.pictures.due(self.display, "dashboard")


@pytest.fixture
async def shelf(tmp_path: Path) -> AsyncIterator[Shelf]:
    async with Database(tmp_path / "media.sqlite") as database:
        store = DisplayStore(database)
        shelf = Shelf(tmp_path, store)
        shelf.id = (await shelf.registry.join("m", 160, 80, "hub", "trmnl")).display.id
        yield shelf


async def test_names_are_on_the_disk_when_they_are_told(shelf: Shelf) -> None:
    """Each once."""
    name, file = await shelf.due(0)
    assert file == f"{name}.png"
    assert (await shelf.store.read())[0].names == shelf.display.names
    assert await shelf.due(0) == (name, file)
    assert len(shelf.display.names) == 1


async def test_a_disk_that_is_gone_costs_no_picture(shelf: Shelf, tmp_path: Path) -> None:
    """The names stay the same as long as the hub runs."""
    shelf.store._database._close()
    for file in tmp_path.glob("media.sqlite*"):
        file.unlink()
    (tmp_path / "media.sqlite").mkdir()
    first, second = await shelf.due(0), await shelf.due(255)
    assert first != second
    assert await shelf.due(0) == first
    with pytest.raises(StoreError):
        await shelf.store.read()


async def test_what_was_announced_is_fetched(shelf: Shelf) -> None:
    """Or what is due, when it is not there any more: its name is given up then."""
    (first, file), (_, newer) = await shelf.due(0), await shelf.due(255)
    old, new = [await shelf.pictures.fetched(shelf.display, each) for each in (file, newer)]
    assert old.version != new.version
    shelf.pictures._announced.clear()
    assert (await shelf.pictures.fetched(shelf.display, file)).version == new.version
    assert (await shelf.due(0))[0] != first


async def test_little_is_kept_ready(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest is, however large."""
    monkeypatch.setattr(module, "_MOST_BYTES", 1)
    _, file = await shelf.due(0)
    assert len(shelf.pictures._announced) == 1
    _, newer = await shelf.due(255)
    assert len(shelf.pictures._announced) == 1
    frame = await shelf.pictures.fetched(shelf.display, newer)
    assert (await shelf.pictures.fetched(shelf.display, file)) == frame
    assert media_type(frame) == "image/png"


async def test_the_picture_of_setup(shelf: Shelf) -> None:
    """It says who the display is, and is no version of what it shows."""
    file = await shelf.pictures.setup(shelf.display)
    shelf.idle.write_bytes(saved(photo()))
    frame = await shelf.pictures.fetched(shelf.display, file)
    other = replace(shelf.display, id="abc-def-ghj")
    assert (frame.width, frame.height) == (160, 80)
    assert (await shelf.pictures.fetched(other, file)).version != frame.version
    assert shelf.display.names == ()


async def test_a_display_that_was_forgotten_meanwhile(shelf: Shelf) -> None:
    """It has no names."""
    display = shelf.display
    await shelf.registry.forget(shelf.id)
    shelf.idle.write_bytes(saved(halves()))
    with pytest.raises(UnknownError):
        await shelf.pictures.due(display, "dashboard")
