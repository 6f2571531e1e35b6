"""The numbers by which pages name displays."""

import asyncio
from datetime import timedelta
from pathlib import Path

from msgspec.structs import replace

from media.database import Database
from media.display.display import Display, built_in
from media.display.numbers import Numbers
from tests.media.wall import eink

FIRST = eink("x").made_at


def joined(id_: str, days: int) -> Display:
    return replace(eink(id_), made_at=FIRST + timedelta(days=days))


async def numbered(file: Path, *displays: Display) -> dict[str, int]:
    async with Database(file) as database:
        return await Numbers(database).of(displays)


def test_displays_have_numbers_as_they_joined_and_keep_them(tmp_path: Path) -> None:
    """Over restarts; that of a forgotten one is nobody else's."""
    a, b, c, d = (joined(id_, day) for id_, day in (("a", 3), ("b", 1), ("c", 4), ("d", 0)))
    file = tmp_path / "x.sqlite"
    assert asyncio.run(numbered(file, a, b)) == {"b": 1, "a": 2}
    assert asyncio.run(numbered(file, b, c)) == {"b": 1, "c": 3}
    assert asyncio.run(numbered(file, c, d, a)) == {"d": 4, "a": 2, "c": 3}


def test_the_built_in_display_has_none(tmp_path: Path) -> None:
    display = built_in(FIRST)
    assert asyncio.run(numbered(tmp_path / "x.sqlite", display, joined("a", 1))) == {
        "rlcd": 0, "a": 1,
    }  # fmt: skip


def test_the_disk_is_not_asked_for_what_is_known(tmp_path: Path) -> None:
    async def twice() -> None:
        async with Database(tmp_path / "x.sqlite") as database:
            numbers = Numbers(database)
            first = await numbers.of([joined("a", 1)])
        # Its file is closed by now, and its thread gone
        assert await numbers.of([joined("a", 1)]) == first

    asyncio.run(twice())
