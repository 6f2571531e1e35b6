"""Which photo a display shows next: by preference, none again too soon, and each in time.

A weight says how many times as often a photo is preferred as another. Of those shown last, as
many as a quarter of all, none is shown; one that was shown some time ago comes back slowly. So
weights are preferences, and that nothing is repeated is a promise. Pure.
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from itertools import accumulate

from media.photo.photo import Photo, Quality

NEW_BOOST = 1.0
"""How much more a photo is preferred when it is new: twice, which halves as it ages."""
HALF_LIFE_DAYS = 14.0
REST_SHOWS = 20.0
"""After so many shows a photo is about two thirds as likely again as one never shown."""

_QUALITY: dict[Quality | None, float] = {
    None: 1.0, "NOT_SUITED": 0.0, "BAD": 0.3, "PASSABLE": 0.6, "GOOD": 1.0, "VERY_GOOD": 1.5,
}  # fmt: skip
_FAVOURITE = 2.0
_LIKE = 1.25
_MOST_LIKES = 4
_DISLIKE = 0.5
_DAY_SECONDS = 86_400
_TRIES = 200


def cooldown(count: int) -> int:
    """Return how many shows of others come at least before one of `count` photos comes again."""
    return min(count - 1, max(1, count // 4)) if count > 1 else 0


def memory(count: int) -> int:
    """Return how many of a display's last shows matter to the next of `count` photos."""
    return max(cooldown(count), math.ceil(8 * REST_SHOWS))


def weight(photo: Photo, now: datetime) -> float:
    """Return how many times as often a photo is preferred as an ordinary old one; 0: never."""
    opinion = photo.opinion
    if not opinion.shows:
        return 0.0
    age_days = max(0.0, (now - photo.added_at).total_seconds() / _DAY_SECONDS)
    return (
        _QUALITY[photo.judgement.quality]
        * (_FAVOURITE if opinion.favourite else 1.0)
        * _LIKE ** min(opinion.likes, _MOST_LIKES)
        * _DISLIKE**opinion.dislikes
        * (1.0 + NEW_BOOST * 2 ** (-age_days / HALF_LIFE_DAYS))
    )


class Deck:
    """Photos with their weights, made once for many draws: ten thousand take a few ms to make."""

    def __init__(self, weights: Iterable[tuple[int, float]]) -> None:
        eligible = [(number, each) for number, each in weights if each > 0]
        self.numbers = [number for number, _ in eligible]
        self._weights = dict(eligible)
        self._sums = list(accumulate(each for _, each in eligible))

    def __len__(self) -> int:
        return len(self.numbers)

    def draw(self, ago: Mapping[int, int], chance: Callable[[], float]) -> int | None:
        """Return the number of a photo; None when there is none.

        `ago` tells how many shows ago a photo was shown (1: the last time); `chance` returns
        numbers from 0 to 1, evenly, and the same ones lead to the same photo.
        """
        if not self.numbers:
            return None
        rest = cooldown(len(self.numbers))
        for _ in range(_TRIES):
            place = bisect_right(self._sums, chance() * self._sums[-1])
            number = self.numbers[min(place, len(self.numbers) - 1)]
            # Taken as often as it has rested, which is the same as a smaller weight
            if chance() < rested(ago.get(number), rest):
                return number
        return self._slowly(ago, rest, chance)

    def _slowly(self, ago: Mapping[int, int], rest: int, chance: Callable[[], float]) -> int | None:
        """Draw when nearly all of the weight rests: look at each photo."""
        best, least = None, math.inf
        for number in self.numbers:
            now = self._weights[number] * rested(ago.get(number), rest)
            if now > 0 and (key := -math.log(1.0 - chance()) / now) < least:
                best, least = number, key
        return best


def rested(ago: int | None, rest: int) -> float:
    """Return which part of its weight a photo has again; `ago` None: it was not shown lately."""
    if ago is None:
        return 1.0
    return 0.0 if ago <= rest else 1.0 - math.exp(-ago / REST_SHOWS)
