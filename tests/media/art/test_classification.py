"""What the answers of models mean."""

import json
import re
from typing import Any

import msgspec
import pytest

from media.art.classification import PROMPT, SCHEMA, judgement
from media.photo.photo import Photo
from media.source.reply_error import ReplyError
from tests.media.art.endpoint import SEEN


def told(**fields: Any) -> str:
    return json.dumps({**SEEN, **fields})


def test_every_field_is_kept() -> None:
    found = judgement(told(portrait=True, peopleCount=3), "abc 1")
    assert (found.quality, found.content_type, found.render_decision) == (
        "GOOD", "Landscape", "ARTIFY",
    )  # fmt: skip
    assert (found.portrait, found.people_count, found.art) == (True, 3, False)
    assert (found.explanation, found.judged_as) == ("sharp and calm", "abc 1")
    assert (
        set(SCHEMA["required"]) == set(SEEN) == set(re.findall(r"^- (\w+):", PROMPT, re.MULTILINE))
    )


@pytest.mark.parametrize(
    "text",
    [
        "```json\n"
        + told(quality="good", contentType="LANDSCAPE", renderDecision="artify")
        + "```",
        "Here you are: " + told(peopleCount="0", portrait="false", extra=[1]),
        json.dumps({name: SEEN[name] for name in ("quality", "contentType", "renderDecision")}),
    ],
)
def test_small_models_are_understood(text: str) -> None:
    """With words around it, other capitals, numbers as texts, and fields that are missing."""
    found = judgement(text, "")
    assert (found.quality, found.content_type, found.render_decision) == (
        "GOOD", "Landscape", "ARTIFY",
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "", "no", "}{", "{", "[1]", "null", told(quality="SUPERB"), told(contentType=3),
        told(peopleCount=-1), "{}", "{" * 3000, told(renderDecision=None),
    ],
)  # fmt: skip
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(ReplyError, match="has not answered as it was asked"):
        judgement(text, "")


def test_texts_are_plain_and_short() -> None:
    found = judgement(told(descriptionOfImage="a\n\x1b[2J" + "b" * 999), "")
    assert len(found.description) <= 200
    assert found.description.isprintable()


def test_what_an_older_version_has_kept_is_read() -> None:
    """Photos keep their numbers when more is known of them."""
    kept = (
        b'{"number":7,"path":"a","width":1,"height":1,"added_at":"2026-07-01T00:00:00Z",'
        b'"judgement":{"quality":"GOOD","content_type":null,"description":"x"}}'
    )
    found = msgspec.json.decode(kept, type=Photo)
    assert (found.number, found.judgement.quality, found.judgement.judged_as) == (7, "GOOD", "")
