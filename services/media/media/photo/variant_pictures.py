"""Variants as frames: made ahead for the screens that ask for them, else when they are drawn."""

import asyncio
import contextlib
import logging
import time
from pathlib import Path

import msgspec

from media.bitmap.frame import Frame
from media.bitmap.screen import Screen
from media.child_process import ChildError, ask
from media.database import StoreError
from media.photo.variant import Variant
from media.photo.variant_files import Packed, VariantFiles
from media.photo.variant_job import Made, Making
from media.photo.variants import Variants
from shared.complaints import Complaints

_log = logging.getLogger("media")

AHEAD = 64
"""Of each screen, those that are drawn most."""

_AT_ONCE = 4  # by one child
_MOST_SECONDS = 60.0  # for each
_WANTED_SECONDS = 86_400.0
_MOST_SCREENS = 16
_MOST_BROKEN = 1000
_LOOK_SECONDS = 60.0

_Wanted = tuple[Packed, Path, Screen]


class VariantPictures:
    """Packed pictures of variants; nothing is made ahead for a screen that never asked."""

    def __init__(self, variants: Variants, files: VariantFiles, ahead: int = AHEAD) -> None:
        self._variants = variants
        self._files = files
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
            async with self._making:  # a second child at most, beside the one that works ahead
                packed = await asyncio.to_thread(self._files.read, place)
                if packed is None:
                    await self._make([(place, source, screen)])
                    packed = await asyncio.to_thread(self._files.read, place)
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
            missing = await asyncio.to_thread(self._missing, best, screen)
            for start in range(0, len(missing), _AT_ONCE):
                made += await self._make(missing[start : start + _AT_ONCE])
        wanted = {self._keys[each] for each in self._asked if each in self._keys}
        await asyncio.to_thread(self._files.trim, weights, wanted)
        return made

    def _missing(self, numbers: list[int], screen: Screen) -> list[_Wanted]:
        missing = []
        for number in numbers:
            source = self._variants.file(self._variants.get(number))
            place = self._files.place(number, screen, source) if source is not None else None
            if source is None or place is None or place in self._broken:
                continue
            self._keys[screen] = place.screen
            if not self._files.path(place).exists():
                missing.append((place, source, screen))
        return missing

    async def _make(self, wanted: list[_Wanted]) -> int:
        """Make files by one child; return how many there are now."""
        makings = [
            Making(source=str(source), screen=screen, target=str(self._files.path(place)))
            for place, source, screen in wanted
        ]
        seconds = _MOST_SECONDS * len(makings)
        question = msgspec.json.encode(makings)
        try:
            answer = await ask("media.photo.variant_child", question, most_seconds=seconds)
            made = msgspec.json.decode(answer, type=list[Made])
        except (ChildError, msgspec.MsgspecError) as error:
            if len(wanted) > 1:  # one picture can end its child; the others are to be made
                return sum([await self._make([each]) for each in wanted])
            made = [Made(error=f"cannot be made ready ({error})")]
        for (place, source, _), each in zip(wanted, made, strict=False):
            if each.error:
                self._note_broken(place, source, each.error)
        return sum(not each.error for each in made)

    def _note_broken(self, place: Packed, source: Path, error: str) -> None:
        while len(self._broken) >= _MOST_BROKEN:
            self._broken.pop(next(iter(self._broken)))
        self._broken[place] = error
        self._complaints.say(f"photo {source.name}", f"{error}; others are drawn")
