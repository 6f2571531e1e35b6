"""What is kept of calls and of what came of them."""

import asyncio
from pathlib import Path

from media.art.store import ArtStore, Day
from media.database import Database


async def test_a_budget_is_never_overdrawn(tmp_path: Path) -> None:
    """By calls at the same time, and over a restart; another day has its own."""
    path = tmp_path / "media.sqlite"
    async with Database(path) as database:
        store = ArtStore(database)
        spent = await asyncio.gather(*(store.spend("2026-07-01", 3) for _ in range(9)))
        assert sum(spent) == 3
        await store.fail("2026-07-01")
    async with Database(path) as database:
        store = ArtStore(database)
        assert not await store.spend("2026-07-01", 3)
        assert await store.day("2026-07-01") == Day(3, 1)
        await store.unspend("2026-07-01")
        assert await store.spend("2026-07-01", 3)
        assert await store.spend("2026-07-02", 1)
        assert await store.day("2026-07-03") == Day()
        assert not await store.spend("2026-07-03", 0)


async def test_results_and_failures(tmp_path: Path) -> None:
    async with Database(tmp_path / "media.sqlite") as database:
        store = ArtStore(database)
        for _ in range(3):
            await store.fail_result("a", "classify 1")
        await store.fail_result("b", "classify 1")
        assert await store.failed(3, "classify 1") == {"a"}
        assert await store.failed(1, "classify 2") == set()
        assert await store.result("a", "classify 1") is None
        await store.keep("a", "classify 1", b"{}")
        assert await store.result("a", "classify 1") == b"{}"
        assert await store.failed(1, "classify 1") == {"b"}
