"""Sources that are loaded when they are needed."""

import asyncio
from datetime import UTC
from pathlib import Path

from media.database import Database
from media.settings import Settings
from media.source.opening import Opening
from shared.mqtt import Mqtt


async def test_a_file_that_cannot_be_looked_at_ends_nothing(tmp_path: Path) -> None:
    """As where the folder is another's; here its name is too long."""
    settings = Settings(mantel_node="pi", media_sources=str(tmp_path / ("x" * 300) / "s.toml"))
    mqtt = Mqtt(settings, "media")
    async with Database(tmp_path / "media.sqlite") as database:
        running = asyncio.create_task(Opening(mqtt, database, settings, UTC).run())
        await asyncio.wait([running], timeout=0.3)
        assert not running.done()
        running.cancel()
        await asyncio.wait([running])
