"""What a display shows in the mode `photo`: one photo for each slot of time."""

import contextlib
import random
from datetime import UTC, datetime

from media.database import StoreError
from media.display.content import Content
from media.display.display import Display
from media.display.schedule import Mode
from media.display.screens import screen_of
from media.photo.library import Library
from media.photo.photo import Photo
from media.photo.rotation import Rotation
from media.photo.variant import Variant, shown_as
from media.photo.variants import Variants

SLOT_SECONDS = 3600
"""How long a photo is shown: a colour panel flickers for half a minute at each change."""
_MOST_DISPLAYS = 1000


class Photos:
    """Of the library, by the rotation, as it is or as art; a button leads to the next at once."""

    def __init__(self, library: Library, rotation: Rotation, variants: Variants) -> None:
        self._library = library
        self._rotation = rotation
        self._variants = variants
        self._art: dict[str, tuple[str, int | None]] = {}

    async def picture(self, display: Display, mode: Mode, now: datetime) -> Content | None:  # noqa: ARG002
        """Return the photo of this slot; None where there is none."""
        number = int(now.timestamp()) // SLOT_SECONDS
        width, height = screen_of(display).size
        slot = f"{number}:{display.turn}"
        photo = await self._rotation.photo(display.id, slot, upright=height > width)
        if photo is None:
            return None
        until = datetime.fromtimestamp((number + 1) * SLOT_SECONDS, UTC)
        file = self._library.file(photo)
        art = await self._shown_as(photo, display.id, slot)
        master = self._variants.file(art) if art is not None else None
        if art is None or master is None:
            return Content(file, photo.path, "smart", until)
        # Its file may have been removed by hand
        return Content((master, file), f"{photo.path} ({art.style})", "smart", until)

    async def _shown_as(self, photo: Photo, display: str, slot: str) -> Variant | None:
        """Return the art as which a photo is shown; None: as it is.

        What is made while a slot lasts waits for the next one: a photo stays as it is shown.
        """
        with contextlib.suppress(StoreError):  # which has been said
            await self._variants.load()
        art = self._variants.art(photo.number)
        name = f"{slot} {photo.number}"
        before, number = self._art.get(display, ("", None))
        if before == name:
            kept = next((each for each in art if each.number == number), None)
            if number is None or (kept is not None and not kept.hidden):
                return kept
        shown = shown_as(art, random.Random(f"{display} {slot} art").random)  # noqa: S311
        while len(self._art) >= _MOST_DISPLAYS:
            self._art.pop(next(iter(self._art)))
        self._art[display] = name, shown.number if shown is not None else None
        return shown
