"""All variants: those of the photos that there are, and the art that was made of them."""

import asyncio
import random
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from msgspec.structs import replace

from media.photo.choice import Deck
from media.photo.library import Library, UnknownPhotoError
from media.photo.photo import Photo
from media.photo.variant import AS_IT_IS, Variant, weights
from media.photo.variant_store import NewVariant, VariantStore
from shared.errors import MantelError

_FRESH_SECONDS = 600.0  # in which the age of a picture changes nothing to speak of
_AT_ONCE = 1000


class UnknownVariantError(MantelError):
    """There is no such variant."""


class Variants:
    """The variants by number; `folder` is where the files of art are.

    They are numbered when somebody asks for one: a home without such a display has none.
    """

    def __init__(
        self,
        library: Library,
        store: VariantStore,
        folder: Path,
        clock: Callable[[], datetime] = lambda: datetime.now().astimezone(),
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.folder = folder
        self._library = library
        self._store = store
        self._now = clock
        self._chance = chance
        self._variants: dict[int, Variant] = {}
        self._art: dict[int, dict[int, Variant]] = {}
        self._loaded = False
        self._of_library = -1
        self._version = 0
        self._preparing = asyncio.Lock()
        self._deck = Deck(())
        self._deck_of: tuple[int, int, int] | None = None
        self.weights: dict[int, float] = {}
        """How much each was preferred when one was drawn last."""

    def __len__(self) -> int:
        return len(self._variants)

    def __contains__(self, number: object) -> bool:
        return number in self._variants

    def get(self, number: int) -> Variant:
        """Return a variant; UnknownVariantError."""
        if number not in self._variants:
            raise UnknownVariantError(f"there is no variant {number}")
        return self._variants[number]

    def art(self, photo: int) -> list[Variant]:
        """Return the art that was made of a photo, by number; after `load`."""
        return list(self._art.get(photo, {}).values())

    def all_art(self) -> list[Variant]:
        """Return all art, by number; after `load`."""
        return [each for each in self._variants.values() if each.master]

    def with_art(self) -> set[int]:
        """Return the numbers of the photos of which there is art; after `load`."""
        return {photo for photo, art in self._art.items() if art}

    def file(self, variant: Variant) -> Path | None:
        """Return the picture of a variant at its best; None when its photo is gone."""
        if variant.master is not None:
            return self.folder / variant.master
        try:
            return self._library.file(self._library.get(variant.photo))
        except UnknownPhotoError:
            return None

    async def load(self) -> None:
        """Read what is kept; StoreError."""
        if not self._loaded:
            async with self._preparing:
                await self._load()

    async def _load(self) -> None:
        if not self._loaded:
            self._take(await self._store.read())
            self._loaded = True

    async def prepare(self) -> None:
        """Give each photo that is there its number as a variant; StoreError.

        Those of photos that are forgotten, a month after they went, are forgotten too.
        """
        async with self._preparing:
            await self._load()
            await self._library.load()  # just after the start it may not have been read yet
            version = self._library.version
            if version == self._of_library:
                return
            known = self._library.knows
            strays = [each for each in self._variants.values() if not known(each.photo)]
            if strays:
                await self._forget(await asyncio.to_thread(self._lost, strays))
            photos = list(self._library.present())
            numbered = {each.photo for each in self._variants.values() if each.style == AS_IT_IS}
            new = [
                NewVariant(each.number, AS_IT_IS, each.added_at)
                for each in photos
                if each.number not in numbered
            ]
            for start in range(0, len(new), _AT_ONCE):
                self._take(await self._store.add(new[start : start + _AT_ONCE]))
            self._of_library = version

    async def draw(self) -> Variant | None:
        """Return any variant, by the older server's scores; None when there is none. StoreError."""
        await self.prepare()
        await self._shuffle()
        number = self._deck.draw({}, self._chance)
        return None if number is None else self._variants.get(number)

    async def add(self, photo: Photo, style: str, master: str) -> Variant:
        """Keep art that was made of a photo; StoreError."""
        await self.prepare()
        (variant,) = await self._store.add([NewVariant(photo.number, style, self._now(), master)])
        self._take([variant])
        return variant

    async def opine(self, number: int, **fields: bool) -> Variant:
        """Change `favourite` or `hidden` of a variant; UnknownVariantError, StoreError."""
        await self.prepare()
        variant = replace(self.get(number), **fields)
        await self._store.save(variant)
        self._take([variant])
        return variant

    def _lost(self, strays: list[Variant]) -> list[Variant]:
        """Return those of which nothing is left: art that was made of a lost photo stays."""
        return [
            each for each in strays if each.master is None or _is_gone(self.folder / each.master)
        ]

    async def _forget(self, lost: list[Variant]) -> None:
        if not lost:
            return
        await self._store.forget(each.number for each in lost)
        for each in lost:
            del self._variants[each.number]
            if each.master is not None:
                del self._art[each.photo][each.number]
        self._version += 1

    def _take(self, variants: list[Variant]) -> None:
        for each in variants:
            self._variants[each.number] = each
            if each.master is not None:
                self._art.setdefault(each.photo, {})[each.number] = each
        self._version += 1

    async def _shuffle(self) -> None:
        """Weigh all, unless nothing has changed since; ten thousand take 0.2 s, in a thread."""
        now = self._now()
        made_of = (self._library.version, self._version, int(now.timestamp() / _FRESH_SECONDS))
        if made_of == self._deck_of:
            return
        variants = list(self._variants.values())
        photos = {each.number: each for each in self._library.present()}
        weighed = await asyncio.to_thread(weights, variants, photos, now)
        self._deck, self._deck_of, self.weights = Deck(weighed), made_of, dict(weighed)


def _is_gone(file: Path) -> bool:
    """Tell whether a file is not there; what cannot be looked at may be there."""
    try:
        file.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False
