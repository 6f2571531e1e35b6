"""How much variants are preferred, and as which of them a photo is shown."""

import random
from collections import Counter

import pytest
from msgspec.structs import replace

from media.photo.photo import Opinion
from media.photo.scores import variant_score
from media.photo.variant import Variant, shown_as, weights
from tests.media.photo.test_scores import NOW, photo


def variant(
    number: int, of: int = 1, master: str | None = None, *, favourite: bool = False
) -> Variant:
    return Variant(number=number, photo=of, made_at=NOW, master=master, favourite=favourite)


def test_what_is_weighed() -> None:
    """Nothing of a hidden photo; of one that is gone the art is left."""
    hidden = replace(photo(), opinion=Opinion(hidden=True))
    found = dict(
        weights(
            [variant(1), variant(2, 2), variant(3, 2, "a"), variant(4, 9), variant(5, 9, "b"),
             variant(6, favourite=True)],
            {1: photo(), 2: hidden},
            NOW,
        )
    )  # fmt: skip
    assert found == {
        1: pytest.approx(variant_score(photo(), NOW, NOW)),
        5: pytest.approx(variant_score(None, NOW, NOW)),
        6: pytest.approx(variant_score(photo(), NOW, NOW, favourite=True)),
    }


def test_a_photo_is_shown_as_its_art_half_of_the_time() -> None:
    """Favourites three times as often; the same seed leads to the same."""
    art = [variant(2, master="a"), variant(3, master="b", favourite=True)]
    chance = random.Random("seed").random
    drawn = Counter(shown.number if (shown := shown_as(art, chance)) else 1 for _ in range(4000))
    assert 1900 < drawn[1] < 2100
    assert 2.4 < drawn[3] / drawn[2] < 3.7
    assert shown_as([], chance) is None
    slots = [
        [shown_as(art, random.Random(f"display {slot} art").random) for slot in range(9)]
        for _ in range(2)
    ]
    assert slots[0] == slots[1]


def test_what_is_shown_stays_whatever_becomes_of_the_others() -> None:
    """Also when it becomes a favourite; and more art changes nothing but for itself."""
    art = [variant(number, master="a") for number in (2, 3, 4)]

    def shown(slot: int, among: list[Variant]) -> Variant | None:
        return shown_as(among, random.Random(f"display {slot} art").random)

    for slot in range(50):
        one = shown(slot, art)
        if one is None:
            continue
        loved = [replace(each, favourite=each == one) for each in art]
        hidden = [replace(each, hidden=each != one) for each in art]
        for changed in (loved, hidden):
            assert (found := shown(slot, changed)) is not None
            assert found.number == one.number
        more = shown(slot, [*art, variant(5, master="b")])
        assert more in (one, variant(5, master="b"))
