"""The choice of photos, by its statistics (chi-square at p > 0.001)."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from media.photo.choice import HALF_LIFE_DAYS, NEW_BOOST, Deck, cooldown, memory, weight
from media.photo.photo import Judgement, Opinion, Photo

NOW = datetime(2026, 7, 1, tzinfo=UTC)
OLD = NOW - timedelta(days=10_000)
CHI_SQUARE_4 = 18.47  # 4 degrees of freedom


def photo(added_at: datetime = OLD, *, quality: object = None, **opinion: object) -> Photo:
    return Photo(
        number=1, path="a", width=1, height=1, added_at=added_at,
        opinion=Opinion(**opinion),  # type: ignore[arg-type]
        judgement=Judgement(quality=quality),  # type: ignore[arg-type]
    )  # fmt: skip


def shows(deck: Deck, count: int, seed: int = 1) -> list[int]:
    """Return what one display shows, `count` times."""
    chance = random.Random(seed).random
    last: dict[int, int] = {}
    found = []
    keep = memory(len(deck))
    for time in range(count):
        ago = {number: time - at for number, at in last.items() if time - at <= keep}
        number = deck.draw(ago, chance)
        assert number is not None
        last[number] = time
        found.append(number)
    return found


@pytest.mark.parametrize("seed", range(3))
def test_first_draws_follow_the_weights(seed: int) -> None:
    """1, 2, 3, 4 and 10 of 20, over 100 000 draws."""
    weights = [1.0, 2.0, 3.0, 4.0, 10.0]
    chance = random.Random(seed).random
    deck = Deck(enumerate(weights))
    drawn = Counter(deck.draw({}, chance) for _ in range(100_000))
    expected = [each / sum(weights) * 100_000 for each in weights]
    assert sum((drawn[n] - e) ** 2 / e for n, e in enumerate(expected)) < CHI_SQUARE_4


def test_draws_among_the_rested_follow_what_is_left_of_their_weights() -> None:
    """Also when nearly all of the weight rests, so that each photo is looked at."""
    ago = {0: 1, 1: 30}
    for heavy in (10.0, 1e9):
        deck = Deck([(0, heavy), (1, 2.0), (2, 3.0), (3, 4.0), (4, 5.0), (5, 6.0)])
        chance = random.Random(7).random
        drawn = Counter(deck.draw(ago, chance) for _ in range(20_000))
        left = {1: 2 * 0.77687, 2: 3.0, 3: 4.0, 4: 5.0, 5: 6.0}
        expected = {number: each / sum(left.values()) * 20_000 for number, each in left.items()}
        assert sum((drawn[n] - e) ** 2 / e for n, e in expected.items()) < CHI_SQUARE_4
        assert drawn[0] == 0


def test_what_nobody_wants_is_never_drawn() -> None:
    """Of 100 000 draws, none."""
    deck = Deck([(1, 0.0), (2, 1.0), (3, 1.0)])
    chance = random.Random(1).random
    assert 1 not in {deck.draw({}, chance) for _ in range(100_000)}
    assert Deck([(1, 0.0)]).draw({}, chance) is None
    assert Deck([]).draw({}, chance) is None


@pytest.mark.parametrize("count", [2, 3, 5, 60])
def test_none_is_repeated_too_soon_and_each_comes_in_time(count: int) -> None:
    """In 10 000 shows; each within forty times as many shows as there are photos."""
    deck = Deck((number, 1.0 + number % 3) for number in range(count))
    found = shows(deck, 10_000)
    rest = cooldown(count)
    last: dict[int, int] = {}
    longest = 0
    for time, number in enumerate(found):
        gap = time - last.get(number, -1)
        assert number not in last or gap > rest
        longest = max(longest, gap)
        last[number] = time
    assert set(last) == set(range(count))
    assert longest <= 40 * count


def test_one_photo_is_shown_again_and_again() -> None:
    """There is no other."""
    assert shows(Deck([(7, 1.0)]), 3) == [7, 7, 7]


def test_what_counts_is_the_ratio() -> None:
    """All weights times a thousand change nothing; the same chances lead to the same photos."""
    weights = [(number, 1.0 + number % 5) for number in range(40)]
    same = [(number, 1000 * each) for number, each in weights]
    assert shows(Deck(weights), 500) == shows(Deck(same), 500) != shows(Deck(weights), 500, seed=2)


def test_what_a_photo_weighs() -> None:
    """Each opinion makes it so many times as likely."""
    plain = weight(photo(), NOW)
    assert plain == pytest.approx(1)
    assert weight(photo(favourite=True), NOW) == pytest.approx(2)
    assert weight(photo(dislikes=1), NOW) == pytest.approx(0.5)
    assert weight(photo(likes=2), NOW) == pytest.approx(1.5625)
    assert weight(photo(likes=99), NOW) == weight(photo(likes=4), NOW)
    assert weight(photo(quality="VERY_GOOD"), NOW) == pytest.approx(1.5)
    for unwanted in (photo(dislikes=2), photo(hidden=True), photo(quality="NOT_SUITED")):
        assert weight(unwanted, NOW) == 0


def test_what_is_new_is_preferred_for_a_while() -> None:
    """By the half-life."""
    new = weight(photo(NOW), NOW)
    later = weight(photo(NOW), NOW + timedelta(days=HALF_LIFE_DAYS))
    assert later / new == pytest.approx((1 + NEW_BOOST / 2) / (1 + NEW_BOOST))
    assert weight(photo(NOW + timedelta(days=5)), NOW) == new
