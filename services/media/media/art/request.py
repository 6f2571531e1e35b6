"""What may be asked of art by topic: which there is, and how often a model was asked today."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta, Struct

from media.art.store import ArtStore
from media.asking import Verb, read_fields
from media.photo.library import Library, UnknownPhotoError
from media.photo.variant import Variant
from media.photo.variants import UnknownVariantError, Variants
from shared.errors import PayloadError

_MOST = 500
_OPINIONS: dict[str, dict[str, bool]] = {
    "favourite": {"favourite": True},
    "unfavourite": {"favourite": False},
    "hide": {"hidden": True},
    "show": {"hidden": False},
}


class _List(Struct, forbid_unknown_fields=True):
    offset: Annotated[int, Meta(ge=0)] = 0
    limit: Annotated[int, Meta(ge=1, le=_MOST)] = 100


class _Rate(Struct, forbid_unknown_fields=True):
    variant: int
    opinion: str


def art_verbs(
    variants: Variants, library: Library, store: ArtStore, now: Callable[[], datetime]
) -> dict[str, Verb]:
    """Return what may be asked; `now` is in the house's zone, whose days count."""

    async def list_art(fields: dict[str, Any]) -> object:
        wanted = read_fields(fields, _List)
        await variants.prepare()
        art, day = variants.all_art(), await store.day(now().date().isoformat())
        part = art[wanted.offset : wanted.offset + wanted.limit]
        return {
            "count": len(art),
            "calls_today": day.calls,
            "failures_today": day.failures,
            "art": [_shown(each, library) for each in part],
        }

    async def rate_art(fields: dict[str, Any]) -> object:
        wanted = read_fields(fields, _Rate)
        if wanted.opinion not in _OPINIONS:
            raise PayloadError(f"{wanted.opinion!r} is not known: {', '.join(_OPINIONS)} are")
        await variants.prepare()
        if variants.get(wanted.variant).master is None:
            raise UnknownVariantError(f"variant {wanted.variant} is no art but a photo itself")
        return _shown(await variants.opine(wanted.variant, **_OPINIONS[wanted.opinion]), library)

    return {"list_art": list_art, "rate_art": rate_art}


def _shown(variant: Variant, library: Library) -> dict[str, Any]:
    """Return what is told of art; `path` is None where its photo is gone."""
    try:
        path = library.get(variant.photo).path
    except UnknownPhotoError:
        path = None
    return {
        "variant": variant.number,
        "photo": variant.photo,
        "path": path,
        "style": variant.style,
        "made_at": variant.made_at,
        "favourite": variant.favourite,
        "hidden": variant.hidden,
    }
