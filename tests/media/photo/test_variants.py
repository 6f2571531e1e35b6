"""All variants, with a real database and a real folder."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from media.bitmap.prepared import Prepared
from media.bitmap.profiles import PROFILES
from media.darkroom import Darkroom
from media.database import Database
from media.photo.library import Library
from media.photo.store import PhotoStore
from media.photo.variant_files import VariantFiles, write
from media.photo.variant_pictures import VariantPictures
from media.photo.variant_store import VariantStore
from media.photo.variants import UnknownVariantError, Variants
from tests.media.bitmap.pictures import blank, halves, saved
from tests.media.nobody import as_nobody
from tests.media.photo.test_rotation import NOW

SCREEN = PROFILES["rlcd-200x200"]


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.png").write_bytes(saved(blank(size=(30 + number, 40))))
    return folder


@asynccontextmanager
async def variants(photos: Path) -> AsyncIterator[tuple[Variants, Library]]:
    async with Database(photos.parent / "media.sqlite") as database:
        store = VariantStore(database)  # all tables are known before the first is used
        library = Library(photos, PhotoStore(database), lambda: NOW)
        await library.scan()
        yield Variants(library, store, photos.parent / "variants", lambda: NOW), library


async def test_numbers_are_for_good(photos: Path) -> None:
    """Over a restart, and when a photo goes and another comes."""
    async with variants(photos) as (first, library):
        await first.prepare()
        assert [first.get(number).photo for number in (1, 2, 3)] == [1, 2, 3]
        (photos / "1.png").unlink()
        (photos / "new.png").write_bytes(saved(halves()))
        await library.scan()
        await first.prepare()
        assert first.get(4).photo == 4
        gone = first.get(2)
        assert first.file(gone) is None
        art = await first.add(library.get(1), "ink", "a.jpg")
        assert (art.number, first.file(art)) == (5, photos.parent / "variants/a.jpg")
    async with variants(photos) as (second, _):
        drawn = {variant.number for _ in range(200) if (variant := await second.draw())}
        assert drawn == {1, 3, 4, 5}
        assert [each.number for each in second.art(1)] == [5]
        assert second.with_art() == {1}
        with pytest.raises(UnknownVariantError):
            second.get(6)


async def test_just_after_the_start_they_are_all_there(photos: Path) -> None:
    """Though nobody has looked into the folder yet."""
    async with variants(photos) as (first, _):
        await first.prepare()
    async with Database(photos.parent / "media.sqlite") as database:
        store = VariantStore(database)
        library = Library(photos, PhotoStore(database), lambda: NOW)
        second = Variants(library, store, photos.parent / "variants", lambda: NOW)
        looking = asyncio.create_task(library.scan())
        await second.prepare()
        assert [second.file(second.get(number)) for number in (1, 2, 3)] == sorted(photos.iterdir())
        assert await looking == (0, 0)


async def test_a_favourite_is_drawn_more_often(photos: Path) -> None:
    """And it is kept."""
    async with variants(photos) as (first, _):
        await first.opine(2, favourite=True)
    async with variants(photos) as (second, _):
        await second.draw()
        assert second.weights[2] > second.weights[1] * 1.15
        await second.opine(2, favourite=False)
        await second.draw()
        assert second.weights[2] == second.weights[1]
        await second.opine(2, hidden=True)
        drawn = {each.number for _ in range(50) if (each := await second.draw())}
        assert drawn == {1, 3}


async def test_pictures_are_made_ahead_by_a_child(photos: Path) -> None:
    """For the screens that ask, each once; a broken one is said once and not tried again."""
    async with variants(photos) as (all_, _), Darkroom() as darkroom:
        (photos / "2.png").write_bytes((photos / "2.png").read_bytes()[:60])
        files = VariantFiles(all_.folder)
        pictures = VariantPictures(all_, files, darkroom)
        assert await pictures.make_missing() == 0
        pictures.want(SCREEN)
        assert await pictures.make_missing() == 2
        assert await pictures.make_missing() == 0
        assert await pictures.frame(all_.get(3), SCREEN) is None
        frame = await pictures.frame(all_.get(1), SCREEN)
        assert frame is not None
        assert (frame.width, frame.format, len(frame.packed)) == (200, "mono-hmsb", 5000)
        (photos / "0.png").write_bytes(saved(halves()))  # another picture under that name
        other = await pictures.frame(all_.get(1), SCREEN)
        assert other is not None
        assert other.version != frame.version


async def test_what_is_drawn_while_it_is_made_ahead_is_made_once(
    photos: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """However many draw it; no two write the same file."""
    async with variants(photos) as (all_, _), Darkroom() as darkroom:
        await all_.draw()
        pictures = VariantPictures(all_, VariantFiles(all_.folder), darkroom)
        pictures.want(SCREEN)
        asked: list[Path] = []
        prepared = darkroom.prepared

        async def noted(source: Path, *rest: Any) -> Prepared:
            asked.append(source)
            return await prepared(source, *rest)

        darkroom.prepared = noted  # type: ignore[method-assign,assignment]
        draws = (pictures.frame(all_.get(number), SCREEN) for number in (1, 2, 3, 1, 2, 3))
        _, *frames = await asyncio.gather(pictures.make_missing(), *draws)
        assert all(frames)
        assert sorted(asked) == sorted(photos.iterdir())
        assert not caplog.records


async def test_what_is_left_of_lost_photos_goes(photos: Path) -> None:
    """With its packed files, when a photo is forgotten; art that was made of it stays."""
    now = NOW
    async with Database(photos.parent / "media.sqlite") as database, Darkroom() as darkroom:
        store = VariantStore(database)
        library = Library(photos, PhotoStore(database), lambda: now)
        await library.scan()
        all_ = Variants(library, store, photos.parent / "variants", lambda: now)
        await all_.prepare()
        for number, style in ((1, "ink"), (1, "comic")):
            await all_.add(library.get(number), style, f"{style}.jpg")
        files = VariantFiles(all_.folder)
        pictures = VariantPictures(all_, files, darkroom)
        pictures.want(SCREEN)
        (all_.folder).mkdir()
        (all_.folder / "ink.jpg").write_bytes(saved(halves(), "JPEG"))
        assert await pictures.make_missing() == 4
        (photos / "0.png").unlink()
        for days in (0, 29, 31):
            now = NOW + timedelta(days=days)
            await library.scan()
            await all_.prepare()
            assert len(all_) == (5 if days < 30 else 3)
        assert [each.style for each in all_.art(1)] == ["ink"]
        assert sorted(each.number for each in await store.read()) == [2, 3, 4]
        await pictures.make_missing()
        left = {path.name.partition("-")[0] for path in all_.folder.glob("*/*.packed")}
        assert left == {"2", "3", "4"}


def test_the_worst_files_go_first(tmp_path: Path) -> None:
    """Those of screens that nobody has, then those that are drawn least; some room is left."""
    files = VariantFiles(tmp_path, most_files=10)
    places = []
    for number in range(1, 7):
        source = tmp_path / f"{number}.png"
        source.write_bytes(b"x")
        for screen in ("rlcd-200x200", "trmnl-og"):
            place = files.place(number, PROFILES[screen], source)
            assert place is not None
            write(files.path(place), b"packed")
            places.append(place)
    weights = {number: number / 10 for number in range(1, 7)}
    ours = places[0].screen
    known = range(1, 7)
    assert files.trim(weights, {ours}, known) == 3
    left = [place for place in places if files.read(place) == b"packed"]
    assert [each.number for each in left if each.screen == ours] == [1, 2, 3, 4, 5, 6]
    assert [each.number for each in left if each.screen != ours] == [4, 5, 6]
    assert files.trim(weights, {ours}, known) == 0
    assert VariantFiles(tmp_path, most_bytes=9 * 22 - 1).trim(weights, {ours}, known) == 1
    assert files.trim(weights, {ours}, range(2, 7)) == 1
    for name, age in (("1-a.new-17", 7200), ("1-b.new-17", 0)):
        half = tmp_path / ours / name
        half.write_bytes(b"half")
        os.utime(half, (time.time() - age,) * 2)
    stranger = tmp_path / ours / "\u00b2-x.packed"  # a digit, and no number
    stranger.write_bytes(b"")
    files.trim(weights, {ours}, known)
    assert not stranger.exists()
    assert [each.name for each in tmp_path.glob("*/*.new-*")] == ["1-b.new-17"]


async def test_files_that_cannot_be_removed_are_told_of(caplog: pytest.LogCaptureFixture) -> None:
    """As on a card that can be read only: nothing else is in its way."""
    with as_nobody() as home:
        (home / "photos").mkdir()
        for number in range(3):
            (home / f"photos/{number}.png").write_bytes(saved(blank(size=(30 + number, 40))))
        async with variants(home / "photos") as (all_, _), Darkroom() as darkroom:
            await all_.draw()
            files = VariantFiles(all_.folder, most_files=1)
            for number in (1, 2, 3):
                place = files.place(number, SCREEN, home / f"photos/{number - 1}.png")
                assert place is not None
                write(files.path(place), b"packed")
            folder = next(iter(all_.folder.iterdir()))
            folder.chmod(0o500)
            pictures = VariantPictures(all_, files, darkroom)
            pictures.want(SCREEN)
            for _ in range(2):
                assert await pictures.make_missing() == 0
            folder.chmod(0o755)
    assert caplog.text.count("old photos: cannot be removed (Permission denied)") == 1


async def test_art_that_cannot_be_looked_at_is_not_forgotten() -> None:
    """It was paid for, and its folder may be readable again."""
    now = NOW
    with as_nobody() as home:
        photos = home / "photos"
        photos.mkdir()
        (photos / "a.png").write_bytes(saved(halves()))
        async with Database(home / "media.sqlite") as database:
            store = VariantStore(database)
            library = Library(photos, PhotoStore(database), lambda: now)
            await library.scan()
            all_ = Variants(library, store, home / "variants", lambda: now)
            await all_.add(library.get(1), "ink", "art/a.jpg")
            (home / "variants/art").mkdir(parents=True)
            (home / "variants/art/a.jpg").write_bytes(saved(halves(), "JPEG"))
            (home / "variants/art").chmod(0)
            (photos / "a.png").unlink()
            for days in (0, 31, 62):
                now = NOW + timedelta(days=days)
                await library.scan()
                await all_.prepare()
            assert [each.style for each in all_.art(1)] == ["ink"]
            (home / "variants/art").chmod(0o755)
