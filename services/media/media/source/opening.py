"""Loads the sources when there are any, or when somebody wants to know what they know.

A home without `config/sources.toml` and without a dashboard pays nothing for them.
"""

import asyncio
import os
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from media.database import Database
from media.settings import Settings
from shared.mqtt import Mqtt

if TYPE_CHECKING:
    from media.source.sources import Sources

_LOOK_SECONDS = 3.0


class Opening:
    """The sources that are not there before they are needed; `run` must run."""

    def __init__(self, mqtt: Mqtt, database: Database, settings: Settings, zone: tzinfo) -> None:
        self._mqtt = mqtt
        self._database = database
        self._settings = settings
        self._zone = zone
        self._file = Path(settings.media_sources)
        self._sources: Sources | None = None
        self._wanted = asyncio.Event()

    def get(self) -> "Sources":
        """Return the sources, loaded now if need be; they know nothing in the first moment."""
        if self._sources is None:
            from media.source.sources import Sources
            from media.source.store import SourceStore

            self._sources = Sources(
                self._mqtt,
                path=self._file,
                store=SourceStore(self._database),
                node=self._settings.mantel_node,
                timezone=self._settings.tz,
                zone=self._zone,
            )
            self._wanted.set()
        return self._sources

    async def run(self) -> None:
        """Wait until there is a file or somebody asks; then be the sources, until cancelled."""
        # os.path, for a Path raises where it may not look
        there = os.path.exists
        while not self._wanted.is_set() and not await asyncio.to_thread(there, self._file):
            waiting = asyncio.ensure_future(self._wanted.wait())
            await asyncio.wait([waiting], timeout=_LOOK_SECONDS)
            waiting.cancel()
        await self.get().run()
