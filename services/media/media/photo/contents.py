"""What a display shows in the mode `photo`: one photo for each slot of time."""

from datetime import UTC, datetime

from media.display.content import Content
from media.display.display import Display
from media.display.schedule import Mode
from media.display.screens import screen_of
from media.photo.library import Library
from media.photo.rotation import Rotation

SLOT_SECONDS = 3600
"""How long a photo is shown: a colour panel flickers for half a minute at each change."""


class Photos:
    """Of the library, by the rotation; a button leads to the next one at once."""

    def __init__(self, library: Library, rotation: Rotation) -> None:
        self._library = library
        self._rotation = rotation

    async def picture(self, display: Display, mode: Mode, now: datetime) -> Content | None:  # noqa: ARG002
        """Return the photo of this slot; None where there is none."""
        number = int(now.timestamp()) // SLOT_SECONDS
        width, height = screen_of(display).size
        slot = f"{number}:{display.turn}"
        photo = await self._rotation.photo(display.id, slot, upright=height > width)
        if photo is None:
            return None
        until = datetime.fromtimestamp((number + 1) * SLOT_SECONDS, UTC)
        return Content(self._library.file(photo), photo.path, "cover", until)
