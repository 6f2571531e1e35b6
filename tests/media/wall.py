"""A registry with a database and folders of pictures, without a broker."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from media.darkroom import Darkroom
from media.database import Database
from media.display.display import Display
from media.display.pictures import Pictures
from media.display.registry import Registry
from media.display.shelf import Shelf
from media.display.sources import ByMode, Hub, Splash
from media.display.store import DisplayStore
from media.photo.contents import Photos
from media.photo.library import Library
from media.photo.rotation import Rotation
from media.photo.store import PhotoStore
from media.photo.variant_store import VariantStore
from media.photo.variants import Variants

HUB = Hub("pi", 8000, lambda host: f"http://{host}", lambda: ["192.0.2.7"])


@dataclass
class Clock:
    """The time of the registry."""

    now: datetime


@dataclass
class Wall:
    """What media is made of that shows pictures."""

    registry: Registry
    pictures: Pictures
    shelf: Shelf
    assets: Path
    photos: Path
    clock: Clock
    library: Library
    variants: Variants
    darkroom: Darkroom

    def put(self, name: str, picture: bytes) -> Path:
        """Put a file into the folder of assets."""
        path = self.assets / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture)
        return path


@contextlib.asynccontextmanager
async def wall(folder: Path) -> AsyncIterator[Wall]:
    """Begin with what a folder holds."""
    async with Database(folder / "media.sqlite") as database:
        now = datetime(2026, 7, 1, 12, 30, tzinfo=UTC)
        clock = Clock(now)
        registry = Registry(DisplayStore(database), "open", UTC, lambda: clock.now)
        shelf = Shelf(folder / "media.sqlite")
        assets, photos = folder / "assets", folder / "photos"
        photo_store = PhotoStore(database)
        library = Library(photos, photo_store, registry.now)
        rotation = Rotation(library, photo_store, registry.now)
        variants = Variants(library, VariantStore(database), folder / "variants", registry.now)
        contents = ByMode({"photo": Photos(library, rotation, variants), "boot": Splash(HUB)})
        await registry.load()
        async with Darkroom() as darkroom:
            pictures = Pictures(registry, contents, assets, shelf, darkroom)
            yield Wall(
                registry, pictures, shelf, assets, photos, clock, library, variants, darkroom
            )


def eink(id_: str = "a", **fields: object) -> Display:
    """Return a display that asks by HTTP."""
    given = {"width": 60, "height": 40, "token_hash": f"hash {id_}"} | fields
    made_at = datetime(2026, 7, 1, tzinfo=UTC)
    return Display(id=id_, hardware_id=f"hw {id_}", made_at=made_at, **given)  # type: ignore[arg-type]
