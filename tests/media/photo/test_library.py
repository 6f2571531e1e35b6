"""Photos in a real folder and a real database."""

import logging
import os
import resource
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from media.bitmap.heif import is_installed
from media.database import Database
from media.photo import library as module
from media.photo.folder import digest
from media.photo.library import Library, UnknownPhotoError
from media.photo.photo import opinion
from media.photo.store import PhotoStore
from shared.errors import PayloadError
from tests.media.bitmap.pictures import blank, halves, photo, saved
from tests.media.bitmap.test_heif import TILES
from tests.media.bitmap.test_heif import header as heif_header
from tests.media.nobody import as_nobody


class House:
    """A folder of photos, and the time."""

    def __init__(self, directory: Path) -> None:
        self.photos = directory / "photos"
        self.photos.mkdir()
        self.base = directory / "media.sqlite"
        self.now = datetime(2026, 7, 1, tzinfo=UTC)

    @asynccontextmanager
    async def library(self) -> AsyncIterator[Library]:
        async with Database(self.base) as database:
            library = Library(self.photos, PhotoStore(database), lambda: self.now)
            yield library

    def add(self, path: str, content: bytes) -> None:
        file = self.photos / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Return a house with three photos."""
    house = House(tmp_path)
    house.add("b.jpg", saved(halves(), "JPEG"))
    house.add("2024/a.PNG", saved(photo()))
    house.add("2024/sea/c.webp", saved(blank(size=(30, 20)), "WEBP"))
    for other in (".hidden/x.png", "@eaDir/x.png", "notes.txt"):
        house.add(other, saved(blank()))
    return house


def paths(library: Library) -> dict[int, str]:
    return {each.number: each.path for each in library.present()}


async def test_all_are_found_and_numbered(house: House) -> None:
    """In folders below too; hidden ones and other files are none."""
    async with house.library() as library:
        assert await library.scan() == (3, 0)
        assert set(paths(library).values()) == {"b.jpg", "2024/a.PNG", "2024/sea/c.webp"}
        assert sorted(paths(library)) == [1, 2, 3]
        sizes = {each.path: (each.width, each.height) for each in library.present()}
        assert sizes["2024/sea/c.webp"] == (30, 20)


async def test_what_has_not_changed_is_not_read_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor after a restart."""
    async with house.library() as library:
        await library.scan()
    read: list[str] = []

    def noted(path: Path, size: int) -> bytes:
        read.append(path.name)
        return digest(path, size)

    monkeypatch.setattr(module, "digest", noted)
    async with house.library() as library:
        assert await library.scan() == (0, 0)
        assert read == []
        house.add("b.jpg", saved(photo(), "JPEG"))
        version = library.version
        assert await library.scan() == (0, 0)
        assert read == ["b.jpg"]
        assert library.version > version


async def test_a_photo_that_is_moved_is_the_same_and_one_that_is_copied_another(
    house: House,
) -> None:
    """What is thought of it goes with it."""
    async with house.library() as library:
        await library.scan()
        number = next(number for number, path in paths(library).items() if path == "b.jpg")
        await library.opine(number, favourite=True)
        (house.photos / "old").mkdir()
        (house.photos / "b.jpg").rename(house.photos / "old/z.jpg")
        shutil.copy(house.photos / "2024/a.PNG", house.photos / "copy.png")
        assert await library.scan() == (1, 0)
        assert paths(library)[number] == "old/z.jpg"
    async with house.library() as library:
        await library.load()
        assert library.get(number).opinion.favourite
        assert len(library) == 4


async def test_a_photo_of_a_folder_that_cannot_be_read_is_found_elsewhere() -> None:
    """It is the same one, and nothing else is in its way."""
    with as_nobody() as home:
        house = House(home)
        house.add("mine/a.png", saved(photo()))
        async with house.library() as library:
            await library.scan()
            (house.photos / "mine").chmod(0)
            house.add("ours/a.png", saved(photo()))
            assert await library.scan() == (0, 0)
            assert paths(library) == {1: "ours/a.png"}
            (house.photos / "mine").chmod(0o755)


async def test_a_photo_that_goes_is_remembered_for_a_month(house: House) -> None:
    """Its number is never another's."""
    async with house.library() as library:
        await library.scan()
        number = next(number for number, path in paths(library).items() if path == "b.jpg")
        await library.opine(number, dislikes=1)
        content = (house.photos / "b.jpg").read_bytes()
        (house.photos / "b.jpg").unlink()
        assert await library.scan() == (0, 1)
        assert await library.scan() == (0, 0)
        with pytest.raises(UnknownPhotoError):
            library.get(number)
        house.now += timedelta(days=20)
        house.add("back.jpg", content)
        assert await library.scan() == (0, 0)
        assert library.get(number).opinion.dislikes == 1
        (house.photos / "back.jpg").unlink()
        await library.scan()
        house.now += timedelta(days=31)
        await library.scan()
        house.add("back.jpg", content)
        assert await library.scan() == (1, 0)
        assert max(paths(library)) == 4


async def test_a_folder_that_is_not_there(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """A disk that is not mounted: it is said once, and all is there again when it is back."""
    caplog.set_level(logging.INFO)
    async with house.library() as library:
        await library.scan()
        house.photos.rename(house.photos.with_name("elsewhere"))
        for _ in range(3):
            await library.scan()
        assert len(library) == 0
        assert caplog.text.count("cannot be read") == 1
        house.photos.with_name("elsewhere").rename(house.photos)
        await library.scan()
        assert sorted(paths(library)) == [1, 2, 3]
        assert "all right again" in caplog.text


async def test_what_is_no_picture_is_left_out_and_said_once(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """A broken file, an empty one, a pipe, a link to nowhere; the others are there."""
    house.add("broken.jpg", b"\xff\xd8\xff" + b"x" * 100)
    house.add("empty.png", b"")
    os.mkfifo(house.photos / "pipe.jpg")
    (house.photos / "link.jpg").symlink_to("nowhere.jpg")
    async with house.library() as library:
        for _ in range(2):
            await library.scan()
        assert len(library) == 3
        assert caplog.text.count("photo broken.jpg") == caplog.text.count("photo empty.png") == 1
        assert "pipe" not in caplog.text


async def test_a_name_of_another_encoding_is_left_out_and_said_once(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """As old disks have them; a folder may have one too. Renamed, it is there."""
    latin = house.photos / os.fsdecode(b"fr\xfchling.jpg")
    (house.photos / "b.jpg").rename(latin)
    (house.photos / "2024/sea").rename(house.photos / os.fsdecode(b"2024/m\xe4r"))
    async with house.library() as library:
        for _ in range(2):
            await library.scan()
        assert set(paths(library).values()) == {"2024/a.PNG"}
        assert caplog.text.count("photo fr?hling.jpg: its name is no UTF-8") == 1
        assert caplog.text.count("photo 2024/m?r/c.webp: ") == 1
        latin.rename(house.photos / "fr\xfchling.jpg")
        assert await library.scan() == (1, 0)


async def test_other_kinds_of_photos(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """BMP is one; HEIC is where it can be opened, and else left out, which is said once for all."""
    house.add("d.bmp", saved(halves((30, 20)), "BMP"))
    for name in ("e.heic", "f.HEIF"):
        house.add(name, heif_header(*TILES))
    async with house.library() as library:
        for _ in range(2):
            await library.scan()
        found = {each.path: (each.width, each.height) for each in library.present()}
    assert found["d.bmp"] == (30, 20)
    if is_installed():
        assert found["e.heic"] == (4032, 3024)
        return
    assert len(found) == 4
    assert caplog.text.count("photos in HEIC: ") == caplog.text.count("such are left out") == 1


async def test_thousands_take_little_memory(house: House) -> None:
    """Batches are read and forgotten; each is kept in a few hundred bytes."""
    content = saved(blank(size=(64, 48)), "JPEG")
    folder = house.photos / "many"
    folder.mkdir()
    for number in range(2_000):
        (folder / f"{number}.jpg").write_bytes(content + number.to_bytes(4))
    async with house.library() as library:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        told: list[int] = []
        await library.scan(told.append)
        grown_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        assert len(library) == 2_003
        assert told[-1] == 2_003
        assert grown_kb < 20_000


@pytest.mark.parametrize(
    ("verb", "field", "value"),
    [
        ("favourite", "favourite", True),
        ("unfavourite", "favourite", False),
        ("like", "likes", 1),
        ("dislike", "dislikes", 1),
        ("hide", "hidden", True),
        ("show", "hidden", False),
    ],
)
async def test_opinions(house: House, verb: str, field: str, value: object) -> None:
    """Each is a word; two dislikes hide."""
    async with house.library() as library:
        await library.scan()
        changed = await library.opine(1, **opinion(verb, library.get(1).opinion))
        assert getattr(changed.opinion, field) == value
    with pytest.raises(PayloadError, match="favourite"):
        opinion("burn", changed.opinion)
