"""A photo of the folder, and what people and models think of it. Pure."""

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from shared.errors import PayloadError

Quality = Literal["NOT_SUITED", "BAD", "PASSABLE", "GOOD", "VERY_GOOD"]

ContentType = Literal[
    "Portrait", "Person", "People", "Animal", "Landscape", "City", "Building", "Nature", "Art",
    "Object", "Other",
]  # fmt: skip
RenderDecision = Literal["BOTH", "ARTIFY", "LEAVE_PHOTO"]
"""Whether a photo is shown as it is, as art that is made of it, or as both."""

DISLIKES_TO_HIDE = 2


class Opinion(Struct, frozen=True, kw_only=True):
    """What somebody wants of a photo; it outlives a file that is moved or renamed."""

    favourite: bool = False
    likes: int = 0
    dislikes: int = 0
    hidden: bool = False

    @property
    def shows(self) -> bool:
        """Whether it may be shown at all."""
        return not self.hidden and self.dislikes < DISLIKES_TO_HIDE


class Judgement(Struct, frozen=True, kw_only=True):
    """What a model has seen in a photo; None: nobody has looked."""

    quality: Quality | None = None
    content_type: str | None = None
    description: str = ""
    render_decision: RenderDecision | None = None
    portrait: bool | None = None
    people_count: int | None = None
    portrait_suitable: bool | None = None
    photo_realistic: bool | None = None
    cartoony: bool | None = None
    art: bool | None = None
    explanation: str = ""
    judged_as: str = ""
    """What was looked at, and how: another file or another question is judged anew."""


class Photo(Struct, frozen=True, kw_only=True):
    """A photo by its number, which it keeps for ever."""

    number: int
    path: str
    """Below the folder of photos, with slashes."""
    width: int
    height: int
    added_at: datetime
    opinion: Opinion = Opinion()
    judgement: Judgement = Judgement()


def opinion(verb: str, before: Opinion) -> dict[str, Any]:
    """Return the fields that a word changes; PayloadError for a word that is none."""
    changes: dict[str, dict[str, Any]] = {
        "favourite": {"favourite": True},
        "unfavourite": {"favourite": False},
        "like": {"likes": before.likes + 1},
        "dislike": {"dislikes": before.dislikes + 1},
        "hide": {"hidden": True},
        "show": {"hidden": False, "dislikes": 0},
    }
    if verb not in changes:
        raise PayloadError(f"{verb!r} is not known: {', '.join(changes)} are")
    return changes[verb]
