"""Variants as frames: made ahead for the screens that ask for them, else when they are drawn."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Mapping
from pathlib import Path

from media.bitmap.frame import Frame
from media.bitmap.picture import PictureError
from media.bitmap.screen import Screen
from media.child_process import NoChildError
from media.darkroom import Darkroom
from media.database import StoreError
from media.photo.variant import Variant
from media.photo.variant_files import Packed, VariantFiles, write
from media.photo.variants import Variants
from shared.complaints import Complaints

_log = logging.getLogger("media")

AHEAD = 64
"""Of each screen, those that are drawn most."""

_WANTED_SECONDS = 86_400.0
_MOST_SCREENS = 16
_MOST_BROKEN = 1000
_LOOK_SECONDS = 60.0


class VariantPictures:
    """Packed pictures of variants; nothing is made ahead for a screen that never asked."""

    def __init__(
        self, variants: Variants, files: VariantFiles, darkroom: Darkroom, ahead: int = AHEAD
    ) -> None:
        self._variants = variants
        self._files = files
        self._darkroom = darkroom
        self._ahead = ahead
        self._asked: dict[Screen, float] = {}
        self._came = asyncio.Event()
        self._making = asyncio.Lock()
        self._broken: dict[Packed, str] = {}
        self._keys: dict[Screen, str] = {}
        self._complaints = Complaints(_log)

    def want(self, screen: Screen) -> None:
        """Note that a display of this kind asks for variants."""
        if screen not in self._asked:
            while len(self._asked) >= _MOST_SCREENS:
                self._asked.pop(min(self._asked, key=lambda each: self._asked[each]))
            self._came.set()
        self._asked[screen] = time.monotonic()

    async def frame(self, variant: Variant, screen: Screen) -> Frame | None:
        """Return a variant for a screen; None when it cannot be shown, which was said once."""
        source = self._variants.file(variant)
        if source is None:
            return None
        place = await asyncio.to_thread(self._files.place, variant.number, screen, source)
        if place is None or place in self._broken:
            return None
        self._keys[screen] = place.screen
        packed = await asyncio.to_thread(self._files.read, place)
        if packed is None:
            async with self._making:  # who asked before may have had it made
                packed = await asyncio.to_thread(self._files.read, place)
                if packed is None:
                    packed = await self._made(place, source, screen)
                    if packed is not None:
                        await self._keep(place, packed)
        if packed is None:
            return None
        return Frame(screen.width, screen.height, screen.format, packed)

    async def make_ahead(self) -> None:
        """Make what is drawn most for all screens that ask, until cancelled."""
        while True:
            await self._came.wait()
            self._came.clear()
            while self._asked:
                await self.make_missing()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK_SECONDS):
                        await self._came.wait()
                self._came.clear()

    async def make_missing(self) -> int:
        """Make what is missing now; return how many were made."""
        oldest = time.monotonic() - _WANTED_SECONDS
        self._asked = {each: at for each, at in self._asked.items() if at > oldest}
        try:
            await self._variants.draw()  # so that all are weighed
        except StoreError:  # which has been said
            return 0
        weights = self._variants.weights
        best = sorted(weights, key=lambda number: -weights[number])[: self._ahead]
        made = 0
        for screen in list(self._asked):
            sources = {number: self._source(number) for number in best}
            for place, source in await asyncio.to_thread(self._missing, sources, screen):
                async with self._making:  # by one alone, and who draws it may have been first
                    if await asyncio.to_thread(self._files.has, place):
                        continue
                    packed = await self._made(place, source, screen)
                    if packed is None:
                        continue
                    if not await self._keep(place, packed):
                        return made
                made += 1
        wanted = {self._keys[each] for each in self._asked if each in self._keys}
        try:
            await asyncio.to_thread(self._files.trim, weights, wanted, self._variants)
        except OSError as error:
            self._complaints.say("old photos", f"cannot be removed ({error.strerror})")
        return made

    def _source(self, number: int) -> Path | None:
        if number not in self._variants:  # forgotten since they were weighed
            return None
        return self._variants.file(self._variants.get(number))

    def _missing(
        self, sources: Mapping[int, Path | None], screen: Screen
    ) -> list[tuple[Packed, Path]]:
        missing = []
        for number, source in sources.items():
            place = self._files.place(number, screen, source) if source is not None else None
            if source is None or place is None or place in self._broken:
                continue
            self._keys[screen] = place.screen
            if not self._files.has(place):
                missing.append((place, source))
        return missing

    async def _made(self, place: Packed, source: Path, screen: Screen) -> bytes | None:
        """Return a picture packed; None when it cannot be made, which was said."""
        try:
            return (await self._darkroom.prepared(source, screen, "smart")).frame.packed
        except NoChildError as error:  # which is not its fault
            self._complaints.say("photos", f"cannot be made ready: {error}")
        except PictureError as error:
            self._note_broken(place, source, str(error))
        return None

    async def _keep(self, place: Packed, packed: bytes) -> bool:
        try:
            await asyncio.to_thread(write, self._files.path(place), packed)
        except OSError as error:
            self._complaints.say("photos", f"cannot be kept ready ({error.strerror})")
            return False
        self._complaints.settle("photos")
        return True

    def _note_broken(self, place: Packed, source: Path, error: str) -> None:
        while len(self._broken) >= _MOST_BROKEN:
            self._broken.pop(next(iter(self._broken)))
        self._broken[place] = error
        self._complaints.say(f"photo {source.name}", f"{error}; others are drawn")
