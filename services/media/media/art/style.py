"""The styles of art, and which of them a photo is made in. Pure.

The rules are those of the older server: what is to be left stays a photo, of what may be both
every fifth does, and of the three styles that suit best the first is taken most.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from media.photo.photo import Photo
from media.photo.scores import mean
from shared.source_list import Style

_STYLE_WEIGHT, _RANK_WEIGHT = 0.4, 0.6
_RANK_STEP = 0.2
_TOP = 3
_LEFT_A_PHOTO = 0.2
"""Of those that may be both."""


@dataclass(frozen=True)
class StyleOfArt:
    """How a picture is to look; `suits` is how well it does kinds of photos, 0 to 1."""

    prompt: str
    usual: float = 0.5
    suits: dict[str, float] = field(default_factory=dict)


STYLES: dict[Style, StyleOfArt] = {
    "ink": StyleOfArt(
        "a brush drawing in black ink on white paper, few sure strokes, large empty areas",
        0.5,
        {"Portrait": 0.8, "Animal": 0.7, "Building": 0.6, "City": 0.6},
    ),
    "pencil": StyleOfArt(
        "a pencil drawing with fine hatching on rough white paper",
        0.45,
        {"Portrait": 0.9, "Person": 0.8, "People": 0.6, "Animal": 0.7},
    ),
    "watercolour": StyleOfArt(
        "a loose watercolour with clear washes that run into each other, white paper left free",
        0.6,
        {"Landscape": 0.9, "Nature": 0.8, "City": 0.7, "Person": 0.5},
    ),
    "woodcut": StyleOfArt(
        "a woodcut print, bold black lines with carved hatching, two or three flat inks",
        0.6,
        {"Landscape": 0.8, "Animal": 0.8, "Nature": 0.7, "Building": 0.7, "Portrait": 0.5},
    ),
    "linocut": StyleOfArt(
        "a linocut in black, red and ochre, large plain shapes with visible gouge marks",
        0.55,
        {"Animal": 0.8, "Object": 0.8, "Building": 0.7, "People": 0.5},
    ),
    "poster": StyleOfArt(
        "a travel poster of the nineteen thirties, few flat colours, strong light and shade",
        0.55,
        {"Landscape": 0.9, "City": 0.9, "Building": 0.8, "Nature": 0.6},
    ),
    "stained-glass": StyleOfArt(
        "a stained glass window, glowing plain panes of colour between thick black leads",
        0.4,
        {"Person": 0.6, "People": 0.6, "Nature": 0.7, "Animal": 0.6},
    ),
    "mosaic": StyleOfArt(
        "a mosaic of small square stones in earthy colours with light joints",
        0.35,
        {"Animal": 0.7, "Portrait": 0.5, "Art": 0.6},
    ),
    "gouache": StyleOfArt(
        "a gouache painting, opaque matt colours in clear planes, calm background",
        0.55,
        {"Person": 0.7, "People": 0.7, "Object": 0.7, "Building": 0.6},
    ),
    "comic": StyleOfArt(
        "a clear-line comic panel, even black outlines, flat bright colours, no speech balloons",
        0.5,
        {"People": 0.9, "Person": 0.8, "City": 0.7, "Animal": 0.6},
    ),
    "pastel": StyleOfArt(
        "a drawing in soft pastel chalks on toned paper, smudged edges, warm light",
        0.45,
        {"Portrait": 0.8, "Landscape": 0.6, "Nature": 0.7, "Object": 0.5},
    ),
    "papercut": StyleOfArt(
        "layers of cut coloured paper with small shadows between them",
        0.45,
        {"Landscape": 0.7, "City": 0.7, "Nature": 0.7, "Animal": 0.6},
    ),
    "pointillism": StyleOfArt(
        "a painting of small separate dots of pure colour that mix in the eye",
        0.4,
        {"Landscape": 0.8, "Nature": 0.8, "People": 0.6},
    ),
}


def chosen(
    photo: Photo, allowed: Collection[Style], done: Collection[str], chance: Callable[[], float]
) -> Style | None:
    """Return the style that a photo is to be made in; None: it is left as it is.

    `allowed` are those that are switched on, `done` those that it has already. `chance` returns
    numbers from 0 to 1.
    """
    decision = photo.judgement.render_decision or "BOTH"
    if decision == "LEAVE_PHOTO" or (decision == "BOTH" and chance() < _LEFT_A_PHOTO):
        return None
    kind = photo.judgement.content_type or "Other"
    scores = {name: STYLES[name].suits.get(kind, STYLES[name].usual) for name in STYLES}
    left = [name for name in scores if name in allowed and name not in done]
    ranked = sorted(left, key=lambda name: -scores[name])[:_TOP]
    weights = [
        mean((scores[name], _STYLE_WEIGHT), (1 - _RANK_STEP * rank, _RANK_WEIGHT))
        for rank, name in enumerate(ranked)
    ]
    place = chance() * sum(weights)
    for name, weight in zip(ranked, weights, strict=True):
        place -= weight
        if place < 0:
            return name
    return ranked[-1] if ranked else None
