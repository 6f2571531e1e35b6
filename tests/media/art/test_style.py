"""In which style a photo is made."""

import random
from collections import Counter
from typing import Any

import pytest
from msgspec.structs import replace

from media.art.generate import drawn, may_be_art, prompt, size
from media.art.style import STYLES, chosen
from media.photo.photo import Judgement, Opinion, Photo
from media.photo.scores import mean
from shared import source_list
from shared.source_list import ArtSource, Style
from tests.media.photo.test_scores import NOW, photo

DRAWS = 6000


def judged(**fields: Any) -> Photo:
    return replace(photo(), judgement=Judgement(**fields))


def test_each_style_of_the_file_is_known() -> None:
    """And says how it looks; kinds of photos are spelt right."""
    assert tuple(STYLES) == source_list.STYLES
    kinds = {kind for style in STYLES.values() for kind in style.suits}
    assert kinds <= {
        "Portrait", "Person", "People", "Animal", "Landscape", "City", "Building", "Nature", "Art",
        "Object", "Other",
    }  # fmt: skip


def test_what_is_to_be_left_is_left() -> None:
    """And of those that may be both a fifth."""
    dice = random.Random(1).random
    assert chosen(judged(render_decision="LEAVE_PHOTO"), STYLES, (), dice) is None
    both = [chosen(judged(render_decision="BOTH"), STYLES, (), dice) for _ in range(DRAWS)]
    assert both.count(None) / DRAWS == pytest.approx(0.2, abs=0.02)
    unknown = [chosen(photo(), STYLES, (), dice) for _ in range(DRAWS)]
    assert unknown.count(None) / DRAWS == pytest.approx(0.2, abs=0.02)
    art = [chosen(judged(render_decision="ARTIFY"), STYLES, (), dice) for _ in range(300)]
    assert None not in art


def test_the_three_that_suit_best_by_rank() -> None:
    """By the older server's weights; what is done already is not done again."""
    beach = judged(render_decision="ARTIFY", content_type="Landscape")
    dice = random.Random(2).random
    found = Counter(chosen(beach, STYLES, (), dice) for _ in range(DRAWS))
    weights = {
        "watercolour": mean((0.9, 0.4), (1.0, 0.6)),
        "poster": mean((0.9, 0.4), (0.8, 0.6)),
        "woodcut": mean((0.8, 0.4), (0.6, 0.6)),
    }
    assert set(found) == set(weights)
    for name, weight in weights.items():
        expected = weight / sum(weights.values())
        assert found[name] / DRAWS == pytest.approx(expected, abs=0.025)  # type: ignore[index]
    assert "watercolour" not in {chosen(beach, STYLES, {"watercolour"}, dice) for _ in range(99)}
    ink: tuple[Style, ...] = ("ink",)
    assert {chosen(beach, ink, (), dice) for _ in range(9)} == {"ink"}
    assert chosen(beach, ink, ink, dice) is None


def test_which_photos() -> None:
    """None twice; favourites and those without art sooner; nothing that is not to be seen."""
    photos = [replace(photo(favourite=number == 0), number=number) for number in range(20)]
    dice = random.Random(3).random
    first: Counter[int] = Counter()
    for _ in range(2000):
        picked = drawn(photos, {1}, NOW, 5, dice)
        assert len({each.number for each in picked}) == 5
        first[picked[0].number] += 1
    assert first[0] > 1.15 * first[2]
    assert first[1] < 0.95 * sum(first[number] for number in range(2, 20)) / 18
    assert len(drawn(photos, (), NOW, 50, dice)) == 20
    assert not may_be_art(judged(quality="NOT_SUITED"), "ink")
    assert not may_be_art(judged(render_decision="LEAVE_PHOTO"), None)
    assert may_be_art(judged(render_decision="LEAVE_PHOTO"), "ink")
    assert not may_be_art(replace(photo(), opinion=Opinion(hidden=True)), None)


def test_what_is_asked_for() -> None:
    """The size lies as the photo does; a description with braces does no harm."""
    wide = replace(photo(), width=4, height=3)
    assert [size("1024x1536", each) for each in (photo(), wide)] == ["1024x1536", "1536x1024"]
    assert size("auto", wide) == "auto"
    asked = prompt("ink", judged(description="a {cat}."), ArtSource(image_api="generations"))
    assert "of this: a {cat}. It will hang" in asked
    assert "brush drawing" in asked
