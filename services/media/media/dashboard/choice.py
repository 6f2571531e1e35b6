"""Which theme suits a screen, and how large it is drawn. Pure."""

import math
from collections.abc import Iterable
from typing import Literal

from media.bitmap.screen import Screen
from media.dashboard.theme import InkKind, Theme

_CARD_SIDE = 220
"""Screens whose shorter side has no more pixels get a card: letters are drawn pixel by pixel."""

_LEAST_SCALE = 0.85  # below it letters become too small for one ink
_TOO_SMALL, _WRONG_SHAPE, _WRONG_INKS = 4.0, 3.0, 0.5


def inks_of(screen: Screen) -> InkKind:
    """Return what kind of inks a screen has."""
    if screen.coloured or not screen.inks:
        return "colour"
    return "mono" if len(screen.inks) == 2 else "gray"


def wants_card(screen: Screen) -> bool:
    """Tell whether a screen is too small for a page."""
    return min(screen.size) <= _CARD_SIDE


def scale_for(theme: Theme, size: tuple[int, int]) -> float:
    """Return how many pixels one point of a theme is on a page of this size."""
    return _scale(min(theme.header.sizes, key=lambda own: _size_distance(own, size)), size)


def choose(
    themes: Iterable[Theme], screen: Screen, mode: Literal["dashboard", "news"]
) -> Theme | None:
    """Return the theme of a mode that suits a screen best; None when there is none.

    Of two that suit it as well it is the first by name.
    """
    fitting = [each for each in themes if each.header.mode == mode and each.header.automatic]
    return min(fitting, key=lambda each: (_distance(each, screen), each.name), default=None)


def _distance(theme: Theme, screen: Screen) -> float:
    found = min(_size_distance(own, screen.size) for own in theme.header.sizes)
    wrong = 0.0 if inks_of(screen) in theme.header.inks else _WRONG_INKS
    narrow = 0.05 * len(theme.header.inks)  # made for these inks beats made for any
    return found + wrong + narrow


def _size_distance(own: tuple[int, int], size: tuple[int, int]) -> float:
    scale = _scale(own, size)
    shape = abs(math.log2(own[0] / own[1] * size[1] / size[0]))
    lies = (own[0] >= own[1]) == (size[0] >= size[1])
    return (
        0.5 * abs(math.log2(scale))
        + shape
        + (_TOO_SMALL if scale < _LEAST_SCALE else 0)
        + (0 if lies or shape < 0.5 else _WRONG_SHAPE)
    )


def _scale(own: tuple[int, int], size: tuple[int, int]) -> float:
    return min(size[0] / own[0], size[1] / own[1])
