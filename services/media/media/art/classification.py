"""What a model is asked about a photo, and what its answer means. Pure."""

from typing import Annotated, Any, get_args

import msgspec
from msgspec import Meta, Struct

from media.photo.photo import ContentType, Judgement, Quality, RenderDecision
from media.source.plain_text import plain
from media.source.reply_error import ReplyError

VERSION = "1"
"""Another one when the question is another, so that all photos are looked at again."""

_MOST_TEXT = 200

PROMPT = f"""You sort the photos of a family for picture frames with few colours, which hang in \
their home. Look at this photo and answer with one JSON object with exactly these fields:
- quality: how well it is suited to be looked at for hours on a wall. One of \
{", ".join(get_args(Quality))}. Documents, screenshots, receipts, and photos that are blurred \
beyond recognition are NOT_SUITED.
- qualityClassificationExplanation: one short sentence on why.
- contentType: what it mainly shows. One of {", ".join(get_args(ContentType))}. Portrait is one \
face that fills much of the picture, Person one whole person, People several.
- renderDecision: LEAVE_PHOTO where it would lose by being painted, ARTIFY where it would only \
gain, BOTH otherwise.
- portrait: whether it is a portrait of a person. true or false.
- peopleCount: how many people can be seen, 0 to 1000.
- portraitSuitable: whether it can be cut to an upright shape without losing what matters.
- photoRealistic: whether it is a photograph or looks like one.
- cartoony: whether it is a drawing, comic or cartoon.
- art: whether it shows a work of art.
- descriptionOfImage: what there is to be seen, in at most 30 words, without names of people."""


class _Told(Struct, rename="camel", kw_only=True):
    """The fields of an answer, which are those of the older server."""

    quality: Quality
    content_type: ContentType
    render_decision: RenderDecision
    portrait: bool | None = None
    people_count: Annotated[int, Meta(ge=0, le=100_000)] | None = None
    portrait_suitable: bool | None = None
    photo_realistic: bool | None = None
    cartoony: bool | None = None
    art: bool | None = None
    description_of_image: str = ""
    quality_classification_explanation: str = ""


_YES_NO = ("portrait", "portraitSuitable", "photoRealistic", "cartoony", "art")
_PROPERTIES: dict[str, Any] = {
    "quality": {"type": "string", "enum": list(get_args(Quality))},
    "qualityClassificationExplanation": {"type": "string"},
    "contentType": {"type": "string", "enum": list(get_args(ContentType))},
    "renderDecision": {"type": "string", "enum": list(get_args(RenderDecision))},
    "peopleCount": {"type": "integer"},
    **{name: {"type": "boolean"} for name in _YES_NO},
    "descriptionOfImage": {"type": "string"},
}

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": _PROPERTIES,
    "required": list(_PROPERTIES),
    "additionalProperties": False,
}
"""Strict schemas of OpenAI want every field required, and no others."""


def judgement(text: str, judged_as: str) -> Judgement:
    """Return what a model has said; ReplyError when it has not said what it was asked."""
    begin, end = text.find("{"), text.rfind("}")  # small models put words and fences around it
    try:
        raw = msgspec.json.decode(text[begin : end + 1]) if begin >= 0 else None
        told = msgspec.convert(_tidy(raw), _Told, strict=False)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ReplyError(f"has not answered as it was asked ({plain(str(error), 120)})") from None
    return Judgement(
        quality=told.quality,
        content_type=told.content_type,
        description=plain(told.description_of_image, _MOST_TEXT),
        render_decision=told.render_decision,
        portrait=told.portrait,
        people_count=told.people_count,
        portrait_suitable=told.portrait_suitable,
        photo_realistic=told.photo_realistic,
        cartoony=told.cartoony,
        art=told.art,
        explanation=plain(told.quality_classification_explanation, _MOST_TEXT),
        judged_as=judged_as,
    )


def _tidy(raw: object) -> object:
    """Return an answer with its words as we write them: models differ in capitals and blanks."""
    if not isinstance(raw, dict):
        return raw
    words = {
        word.casefold(): word
        for kind in (Quality, ContentType, RenderDecision)
        for word in get_args(kind)
    }
    return {
        name: words.get(value.strip().casefold().replace(" ", "_"), value)
        if name in {"quality", "contentType", "renderDecision"} and isinstance(value, str)
        else value
        for name, value in raw.items()
    }
