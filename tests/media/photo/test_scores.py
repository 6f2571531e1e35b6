"""The older server's scores."""

from datetime import UTC, datetime, timedelta

import pytest

from media.photo.photo import Judgement, Opinion, Photo, Quality
from media.photo.scores import mean, novelty, photo_score, static_score, variant_score

NOW = datetime(2026, 7, 1, tzinfo=UTC)


def photo(quality: Quality | None = None, *, favourite: bool = False) -> Photo:
    return Photo(
        number=1, path="a", width=1, height=1, added_at=NOW,
        opinion=Opinion(favourite=favourite), judgement=Judgement(quality=quality),
    )  # fmt: skip


def test_what_the_older_server_gave() -> None:
    """Both figures were seen in it."""
    assert variant_score(photo(), NOW, NOW) == pytest.approx(0.47075, abs=5e-6)
    assert photo_score(photo(), NOW, has_variants=True) == pytest.approx(0.44718, abs=5e-6)


def test_a_variant_whose_photo_is_gone_is_still_drawn() -> None:
    """There it broke every draw."""
    assert variant_score(None, NOW, NOW) == variant_score(photo(), NOW, NOW)


def test_novelty_halves_to_three_tenths() -> None:
    """A clock that was put back makes nothing newer than new."""
    ages = [novelty(NOW - timedelta(days=days), NOW) for days in (0, 14, 28, 5000, -3)]
    assert ages == pytest.approx([1, 0.65, 0.475, 0.3, 1])


def test_what_raises_a_score() -> None:
    """Favourites, quality, and having no variants yet."""
    qualities: list[Quality] = ["NOT_SUITED", "BAD", "PASSABLE", "GOOD", "VERY_GOOD"]
    scores = [static_score(photo(quality)) for quality in qualities]
    assert scores == sorted(scores)
    assert variant_score(photo(favourite=True), NOW, NOW) > variant_score(photo(), NOW, NOW)
    assert variant_score(photo(), NOW, NOW, favourite=True) > variant_score(photo(), NOW, NOW)
    assert photo_score(photo(), NOW, has_variants=False) > photo_score(
        photo(), NOW, has_variants=True
    )


def test_values_outside_are_held() -> None:
    """So that one zero does not make all the rest worthless."""
    assert mean((0.0, 1.0), (5.0, 1.0)) == pytest.approx(1e-3)
