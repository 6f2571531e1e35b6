"""All photos: read in bit by bit, found again when they are moved, kept for a while when away."""

import asyncio
import logging
import os
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from media.bitmap.header import picture_size
from media.bitmap.picture import NoHeifError, PictureError
from media.database import StoreError
from media.photo.folder import Found, digest, folder_stamps, walk
from media.photo.photo import Photo
from media.photo.store import Kept, PhotoStore
from shared.complaints import Complaints
from shared.errors import MantelError

_log = logging.getLogger("media")

_AT_ONCE = 100  # read in one go, then kept
_LOOK_SECONDS = 10.0
_LOOKS_TO_ALL = 360  # looks at the folders before every file is looked at
_AWAY_SECONDS = 30 * 86_400
"""How long a photo is remembered whose file is away: a disk may come back."""


class UnknownPhotoError(MantelError):
    """There is no such photo."""


class Library:
    """The photos below `root`; `version` grows whenever one of them changes."""

    def __init__(
        self,
        root: Path,
        store: PhotoStore,
        clock: Callable[[], datetime] = lambda: datetime.now().astimezone(),
    ) -> None:
        self.root = root
        self._store = store
        self._now = clock
        self._kept: dict[int, Kept] = {}
        self._paths: dict[str, int] = {}
        self._digests: dict[bytes, int] = {}
        self._highest = 0
        self._complaints = Complaints(_log)
        self._loading, self._scanning = asyncio.Lock(), asyncio.Lock()
        self.version = 0
        self.changed = asyncio.Event()
        self.readable = False

    def __len__(self) -> int:
        return sum(each.gone_at is None for each in self._kept.values())

    def present(self) -> Iterable[Photo]:
        """Yield the photos whose files are there, by number."""
        return (each.photo for each in self._kept.values() if each.gone_at is None)

    def get(self, number: int) -> Photo:
        """Return a photo whose file is there; UnknownPhotoError."""
        kept = self._kept.get(number)
        if kept is None or kept.gone_at is not None:
            raise UnknownPhotoError(f"there is no photo {number}")
        return kept.photo

    def file(self, photo: Photo) -> Path:
        """Return where a photo is."""
        return self.root / photo.path

    def knows(self, number: int) -> bool:
        """Tell whether there is such a photo, or was within the last month."""
        return number in self._kept

    def fingerprint(self, number: int) -> str:
        """Return what changes with a photo's file, and not with its name; KeyError."""
        return self._kept[number].digest.hex()

    async def load(self) -> None:
        """Read what was kept, unless that is done; StoreError."""
        async with self._loading:
            if self.readable:
                return
            kept, highest = await self._store.read(), await self._store.highest()
            for each in kept:
                self._index(each)
            self._highest = max([highest, *self._kept])
            self.readable = True
            self._change()

    async def opine(self, number: int, **fields: Any) -> Photo:  # noqa: ANN401
        """Change what is thought of a photo; UnknownPhotoError, StoreError."""
        photo = self.get(number)
        return await self.put(replace(photo, opinion=replace(photo.opinion, **fields)))

    async def put(self, photo: Photo) -> Photo:
        """Keep a photo as it is now; StoreError."""
        kept = self._kept[photo.number]._replace(photo=photo)
        await self._store.save([kept])
        self._kept[photo.number] = kept
        self._change()
        return photo

    async def scan(self, tell: Callable[[int], None] = lambda _: None) -> tuple[int, int]:
        """Look at every file, `tell` how many; return how many came and went. StoreError."""
        async with self._scanning:
            await self.load()
            return await self._scan(tell)

    async def _scan(self, tell: Callable[[int], None]) -> tuple[int, int]:
        files = iter(await asyncio.to_thread(self._walk))
        missing = set(self._paths)
        came, looked = 0, 0
        while batch := await asyncio.to_thread(lambda: list(islice(files, _AT_ONCE))):
            missing -= {found.path for found in batch}
            new = [found for found in batch if self._is_new(found)]
            read = await asyncio.to_thread(self._read, new)
            came += await self._take(read)
            looked += len(batch)
            tell(looked)
        return came, await self._miss(missing)

    def _walk(self) -> Iterable[Found]:
        try:
            files = walk(self.root)
            first = next(iter(files), None)
        except OSError as error:
            self._complaints.say(f"photos {self.root}", f"cannot be read: {error.strerror}")
            return ()
        self._complaints.settle(f"photos {self.root}")
        return () if first is None else chain([first], files)

    def _is_new(self, found: Found) -> bool:
        number = self._paths.get(found.path)
        if number is None:
            return True
        kept = self._kept[number]
        return (kept.size, kept.changed_ns, kept.gone_at) != (found.size, found.changed_ns, None)

    def _read(self, batch: list[Found]) -> list[tuple[Found, bytes, tuple[int, int]]]:
        """Return what the files are that can be read; the others are said, once each."""
        read = []
        for found in batch:
            path = self.root / found.path
            named = found.path.encode(errors="replace").decode()
            if named != found.path:  # bytes of another encoding, which no topic or table can hold
                told = "its name is no UTF-8; it is left out until it is renamed"
                self._complaints.say(f"photo {named}", told)
                continue
            try:
                size = picture_size(path)
                read.append((found, digest(path, found.size), size))
            except NoHeifError as error:  # one line for all of them
                told = f"{found.path} {error}; such are left out"
                self._complaints.say("photos in HEIC", told, first=True)
            except (OSError, PictureError) as error:
                self._complaints.say(f"photo {found.path}", f"{error}; it is left out")
        return read

    async def _take(self, read: list[tuple[Found, bytes, tuple[int, int]]]) -> int:
        """Keep files as photos: known ones by their path, moved ones by what they are."""
        taken: dict[int, Kept] = {}
        came = 0
        for found, hashed, (width, height) in read:
            old = self._kept.get(self._paths.get(found.path, 0)) or self._moved(hashed)
            if old is None:
                came += 1
                self._highest += 1
                photo = Photo(
                    number=self._highest, path=found.path, width=width, height=height,
                    added_at=self._now(),
                )  # fmt: skip
            else:
                photo = replace(old.photo, path=found.path, width=width, height=height)
            taken[photo.number] = Kept(photo, found.size, found.changed_ns, hashed)
        if taken:
            await self._store.save(taken.values())
            for each in taken.values():
                self._drop(each.photo.number)
                self._index(each)
            self._change()
        return came

    def _moved(self, hashed: bytes) -> Kept | None:
        """Return the photo that was elsewhere before and is there no more."""
        kept = self._kept.get(self._digests.get(hashed, 0))
        # os.path, for a Path raises where it may not look
        there = kept is not None and os.path.exists(self.file(kept.photo))  # noqa: PTH110
        return None if there else kept

    def _index(self, kept: Kept) -> None:
        number = kept.photo.number
        self._kept[number] = kept
        self._paths[kept.photo.path] = self._digests[kept.digest] = number

    def _drop(self, number: int) -> None:
        kept = self._kept.pop(number, None)
        if kept is not None:
            self._paths.pop(kept.photo.path, None)
            self._digests.pop(kept.digest, None)

    async def _miss(self, missing: set[str]) -> int:
        """Note which files are away, and forget those that have been so for long."""
        now = int(self._now().timestamp())
        gone, forgotten = [], []
        for path in missing:
            number = self._paths.get(path)
            if number is None:  # it was found where it has moved to
                continue
            kept = self._kept[number]
            if kept.gone_at is None:
                gone.append(kept._replace(gone_at=now))
            elif now - kept.gone_at > _AWAY_SECONDS:
                forgotten.append(kept.photo.number)
        if gone or forgotten:
            await self._store.save(gone, forgotten)
            self._kept |= {each.photo.number: each for each in gone}
            for number in forgotten:
                self._drop(number)
            self._change()
        return len(gone)

    def _change(self) -> None:
        self.version += 1
        self.changed.set()


async def follow_folder(library: Library) -> None:
    """Take in what changes in the folder, until cancelled."""
    stamps: dict[str, int] | None = None
    looks = 0
    while True:
        now = await asyncio.to_thread(folder_stamps, library.root)
        if now != stamps or looks >= _LOOKS_TO_ALL:
            try:
                came, went = await library.scan()
            except StoreError:  # which has been said
                now = {}
            else:
                if came or went:
                    _log.info("photos: %d came, %d went, %d there", came, went, len(library))
            stamps, looks = now, 0
        looks += 1
        await asyncio.sleep(_LOOK_SECONDS)
