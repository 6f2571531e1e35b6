"""What may be asked of photos by topic: which there are, and what people think of them."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from media.asking import Verb, read_fields
from media.photo.library import Library, UnknownPhotoError
from media.photo.photo import Photo, opinion
from media.photo.rotation import Rotation
from shared.errors import PayloadError

_MOST = 500
_UNTOLD = {"explanation", "judged_as"}  # long, and of no use to those who look at many photos


class _List(Struct, forbid_unknown_fields=True):
    offset: Annotated[int, Meta(ge=0)] = 0
    limit: Annotated[int, Meta(ge=1, le=_MOST)] = 100
    only: str | None = None


class _Rate(Struct, forbid_unknown_fields=True):
    opinion: str
    number: int | None = None
    display: str | None = None


def photo_verbs(library: Library, rotation: Rotation) -> dict[str, Verb]:
    """Return what may be asked."""

    async def list_photos(fields: dict[str, Any]) -> object:
        wanted = read_fields(fields, _List)
        chosen = [each for each in library.present() if _is_of(each, wanted.only)]
        part = chosen[wanted.offset : wanted.offset + wanted.limit]
        return {"count": len(chosen), "photos": [shown(each) for each in part]}

    async def rate(fields: dict[str, Any]) -> object:
        wanted = read_fields(fields, _Rate)
        number = wanted.number
        if (number is None) == (wanted.display is None):
            raise PayloadError("give the number of a photo, or the display that shows it")
        if number is None:
            number = await rotation.last(wanted.display or "")
            if number is None:
                raise UnknownPhotoError(f"display {wanted.display!r} has shown no photo")
        changes = opinion(wanted.opinion, library.get(number).opinion)
        return shown(await library.opine(number, **changes))

    async def scan(_: dict[str, Any]) -> object:
        came, went = await library.scan()
        return {"came": came, "went": went, "count": len(library)}

    return {"list": list_photos, "rate": rate, "scan": scan}


def shown(photo: Photo) -> dict[str, Any]:
    """Return what is told of a photo."""
    opinion_, judged = photo.opinion, msgspec.structs.asdict(photo.judgement)
    return {
        "number": photo.number,
        "path": photo.path,
        "width": photo.width,
        "height": photo.height,
        "added_at": photo.added_at,
        "shows": opinion_.shows,
        **msgspec.structs.asdict(opinion_),
        **{name: each for name, each in judged.items() if name not in _UNTOLD},
    }


def _is_of(photo: Photo, only: str | None) -> bool:
    if only is None:
        return True
    if only == "favourites":
        return photo.opinion.favourite
    if only == "hidden":
        return not photo.opinion.shows
    raise PayloadError(f"only: {only!r} is not known: favourites and hidden are")
