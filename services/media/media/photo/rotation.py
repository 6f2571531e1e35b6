"""Which photo each display shows in each slot of time; asked again, it is the same."""

import contextlib
import random
from collections.abc import Callable
from datetime import datetime

from media.database import StoreError
from media.photo.choice import Deck, memory, weight
from media.photo.library import Library, UnknownPhotoError
from media.photo.photo import Photo
from media.photo.store import PhotoStore

_OTHER_SHAPE = 0.3
"""How much less an upright photo is preferred on a display that lies, and the other way round:
half of it is cut off."""
_MOST_DISPLAYS = 1000


class Rotation:
    """Draws from the library; what a display has shown is kept through restarts."""

    def __init__(self, library: Library, store: PhotoStore, clock: Callable[[], datetime]) -> None:
        self._library = library
        self._store = store
        self._now = clock
        self._decks: dict[bool, Deck] = {}
        self._made_of: tuple[int, int] | None = None
        self._shown: dict[str, list[tuple[str, int]]] = {}

    async def photo(self, display: str, slot: str, *, upright: bool) -> Photo | None:
        """Return what a display shows in a slot; None when there is no photo for it.

        `slot` is a name for a while, the same within it; `upright` says how the display hangs.
        """
        shown = await self._history(display)
        before = next((number for name, number in shown if name == slot), None)
        if before is not None:
            with contextlib.suppress(UnknownPhotoError):
                photo = self._library.get(before)
                if photo.opinion.shows:
                    return photo
        deck = self._deck(upright)
        others = [number for name, number in shown if name != slot]
        ago: dict[int, int] = {}
        for place, number in enumerate(others):
            ago.setdefault(number, place + 1)
        # Seeded by both, so that what is lost with a disk is drawn the same again
        drawn = deck.draw(ago, random.Random(f"{display} {slot}").random)  # noqa: S311
        if drawn is None:
            return None
        await self._note(display, slot, drawn, memory(len(deck)))
        return self._library.get(drawn)

    async def last(self, display: str) -> int | None:
        """Return the number of the photo that a display has shown last."""
        shown = await self._history(display)
        return shown[0][1] if shown else None

    def forget(self, display: str) -> None:
        """Forget what a display has shown that is no more, or was shown no photos for long."""
        self._shown.pop(display, None)

    def _deck(self, upright: bool) -> Deck:
        now = self._now()
        made_of = self._library.version, now.toordinal()
        if made_of != self._made_of:
            self._made_of = made_of
            self._decks.clear()
        if upright not in self._decks:
            self._decks[upright] = Deck(
                (each.number, weight(each, now) * _fits(each, upright))
                for each in self._library.present()
            )
        return self._decks[upright]

    async def _history(self, display: str) -> list[tuple[str, int]]:
        if display not in self._shown:
            shown: list[tuple[str, int]] = []
            with contextlib.suppress(StoreError):  # which has been said; a photo is shown anyway
                shown = await self._store.shown(display, memory(len(self._library)))
            while len(self._shown) >= _MOST_DISPLAYS:
                self._shown.pop(next(iter(self._shown)))
            self._shown[display] = shown
        return self._shown[display]

    async def _note(self, display: str, slot: str, number: int, most: int) -> None:
        shown = self._shown[display]
        shown[:] = [(slot, number), *(each for each in shown if each[0] != slot)][:most]
        with contextlib.suppress(StoreError):  # which has been said
            await self._store.note(display, slot, number, most)


def _fits(photo: Photo, upright: bool) -> float:
    if photo.width == photo.height:
        return 1.0
    return 1.0 if (photo.height > photo.width) == upright else _OTHER_SHAPE
