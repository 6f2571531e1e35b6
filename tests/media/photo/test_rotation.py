"""Which display shows which photo when, with a real database."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from media.database import Database
from media.photo.library import Library
from media.photo.rotation import Rotation
from media.photo.store import PhotoStore
from tests.media.bitmap.pictures import blank, saved

NOW = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Return a folder of twelve photos, six of them upright."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(12):
        size = (40, 30) if number % 2 else (30, 40)
        (folder / f"{number:02}.png").write_bytes(saved(blank(size=size)) + bytes([number]))
    return folder


@asynccontextmanager
async def rotation(photos: Path) -> AsyncIterator[tuple[Rotation, Library]]:
    async with Database(photos.parent / "media.sqlite") as database:
        store = PhotoStore(database)
        library = Library(photos, store, lambda: NOW)
        await library.scan()
        yield Rotation(library, store, lambda: NOW), library


async def numbers(rotation: Rotation, display: str, slots: range) -> list[int]:
    found = [await rotation.photo(display, str(slot), upright=False) for slot in slots]
    return [each.number for each in found if each is not None]


async def test_a_slot_keeps_its_photo(photos: Path) -> None:
    """Asked again, after others, after a restart, and with another library of the same photos."""
    async with rotation(photos) as (one, _):
        first = await numbers(one, "a", range(30))
        assert await numbers(one, "a", range(20, 30)) == first[20:]
    async with rotation(photos) as (two, _):
        assert await numbers(two, "a", range(20, 30)) == first[20:]
        following = await numbers(two, "a", range(30, 33))
        assert not set(following) & set(first[-1:])
    (photos.parent / "media.sqlite").unlink()
    async with rotation(photos) as (three, _):
        assert await numbers(three, "a", range(33)) == first + following


async def test_displays_have_sequences_of_their_own(photos: Path) -> None:
    """In each, none comes again within a quarter of them."""
    async with rotation(photos) as (one, _):
        a, b = await numbers(one, "a", range(100)), await numbers(one, "b", range(100))
        assert a != b
        for sequence in (a, b):
            assert all(
                number not in sequence[max(0, place - 3) : place]
                for place, number in enumerate(sequence)
            )
            assert set(sequence) == set(range(1, 13))


async def test_photos_of_the_display_s_shape_are_preferred(photos: Path) -> None:
    """The others are shown too."""
    async with rotation(photos) as (one, library):
        shown = [await one.photo("a", str(slot), upright=False) for slot in range(300)]
        shapes = Counter(each.width > each.height for each in shown if each is not None)
        assert len(library) == 12
        assert shapes[True] > 1.3 * shapes[False] > 0


async def test_what_is_hidden_or_gone_is_replaced_at_once(photos: Path) -> None:
    """Also in the slot that shows it."""
    async with rotation(photos) as (one, library):
        (number,) = await numbers(one, "a", range(1))
        await library.opine(number, dislikes=2)
        (other,) = await numbers(one, "a", range(1))
        assert other != number
        library.file(library.get(other)).unlink()
        await library.scan()
        (third,) = await numbers(one, "a", range(1))
        assert third not in {number, other}


async def test_without_photos_there_is_none(tmp_path: Path) -> None:
    """And no error."""
    (tmp_path / "photos").mkdir()
    async with rotation(tmp_path / "photos") as (one, _):
        assert await one.photo("a", "1", upright=True) is None
