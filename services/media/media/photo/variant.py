"""A variant: a photo in a style, and how much it is preferred. Pure."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from media.photo.photo import Photo
from media.photo.scores import variant_score

AS_IT_IS = "photo"
"""The style of a photo itself."""

_ART_SHARE = 0.5
"""How often a photo of which there is art is shown as art."""
_FAVOURITE_TIMES = 3.0


class Variant(Struct, frozen=True, kw_only=True):
    """A photo itself, or art that was made of it, by a number that is never another's.

    `photo` is the number of the photo, which may be gone. `master` is the file of art, below the
    folder of variants.
    """

    number: int
    photo: int
    style: str = AS_IT_IS
    made_at: datetime
    favourite: bool = False
    hidden: bool = False
    master: str | None = None


def weights(
    variants: Iterable[Variant], photos: Mapping[int, Photo], now: datetime
) -> list[tuple[int, float]]:
    """Return how much each variant is preferred by the older server's scores, by its number.

    `photos` are those whose files are there. Nothing of a hidden one is drawn, and of one that
    is gone the art is left.
    """
    found = []
    for each in variants:
        photo = photos.get(each.photo)
        if each.hidden or ((each.master is None) if photo is None else not photo.opinion.shows):
            continue
        score = variant_score(photo, each.made_at, now, favourite=each.favourite)
        found.append((each.number, score))
    return found


def shown_as(art: Sequence[Variant], chance: Callable[[], float]) -> Variant | None:
    """Return as which of its art a photo is shown; None: as it is.

    `art` is by number, and `chance` returns numbers from 0 to 1: seeded by the display and the
    slot, the same display shows the same in that slot. Favourites are taken three times as often
    as others; what is shown stays when it becomes one, and when another is hidden.
    """
    if chance() >= _ART_SHARE:
        return None
    keys = [(-math.log(1.0 - chance()) / _times(each), each) for each in art]
    shown = [each for each in keys if not each[1].hidden]
    return min(shown, key=lambda each: each[0])[1] if shown else None


def _times(variant: Variant) -> float:
    return _FAVOURITE_TIMES if variant.favourite else 1.0
