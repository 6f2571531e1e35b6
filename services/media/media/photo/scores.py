"""The scores of the older server, by which `/api/display/variant` draws.

They are weighted geometric means; docs/photos.md has the table. Pure.
"""

import math
from datetime import datetime

from media.photo.photo import Photo, Quality

_LEAST = 1e-6
_NEUTRAL = 0.5
_QUALITY: dict[Quality | None, float] = {
    None: 0.5, "NOT_SUITED": 0.0, "BAD": 0.2, "PASSABLE": 0.4, "GOOD": 0.7, "VERY_GOOD": 0.95,
}  # fmt: skip
_FAVOURITE = {True: 0.75, False: 0.25}
_DAY_SECONDS = 86_400
_HALF_LIFE_DAYS = 14.0


def mean(*weighted: tuple[float, float]) -> float:
    """Return the geometric mean of (value, weight); a value is held between 0.000001 and 1."""
    total = sum(weight for _, weight in weighted)
    logarithms = sum(weight * math.log(max(_LEAST, min(value, 1.0))) for value, weight in weighted)
    return math.exp(logarithms / total)


def novelty(added_at: datetime, now: datetime) -> float:
    """Return 1 for a new picture, 0.65 after two weeks, 0.3 in the end."""
    age_days = max(0.0, (now - added_at).total_seconds() / _DAY_SECONDS)
    return 0.3 + 0.7 * 2 ** (-age_days / _HALF_LIFE_DAYS)


def static_score(photo: Photo) -> float:
    """Return what a photo is worth by itself."""
    return mean((_QUALITY[photo.judgement.quality], 1.0), (_NEUTRAL, 0.5), (_NEUTRAL, 0.5))


def photo_score(photo: Photo, now: datetime, *, has_variants: bool) -> float:
    """Return by how much a photo is preferred when variants are made."""
    return mean(
        (static_score(photo), 1.0),
        (_FAVOURITE[photo.opinion.favourite], 0.75),
        (novelty(photo.added_at, now), 0.8),
        (0.3 if has_variants else 0.7, 0.8),
    )


def variant_score(
    photo: Photo | None, made_at: datetime, now: datetime, *, favourite: bool = False
) -> float:
    """Return by how much a variant is preferred when one is drawn; `photo` may be gone."""
    loved = photo is not None and photo.opinion.favourite
    static = static_score(photo) if photo is not None else _NEUTRAL
    return mean(
        (_FAVOURITE[loved], 0.8),
        (_FAVOURITE[favourite], 0.8),
        (static, 0.8),
        (_NEUTRAL, 1.0),
        (novelty(made_at, now), 1.2),
    )
