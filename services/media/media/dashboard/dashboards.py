"""Dashboards for screens: what is known, drawn by the theme that suits."""

import asyncio
import logging
from dataclasses import replace as with_
from pathlib import Path
from typing import Literal

from media.bitmap.frame import Frame
from media.bitmap.prepared import Prepared
from media.bitmap.profiles import PROFILES
from media.bitmap.screen import Screen
from media.dashboard.choice import choose, inks_of, scale_for, wants_card
from media.dashboard.job import Box, CardJob, Drawn, Job, PageJob
from media.dashboard.page import BLOCKS, Page, encoded, page
from media.dashboard.studio import Studio
from media.dashboard.theme import Theme, ThemeError
from media.dashboard.theme_folder import Themes
from media.dashboard.words import Words
from media.source.facts import Snapshot
from shared.complaints import Complaints

_log = logging.getLogger("media")

PageMode = Literal["dashboard", "news"]

CARD_BLOCKS = tuple(each for each in BLOCKS if each not in {"clock", "news", "host"})
"""What a card shows."""

_MOST_PIXELS = 6_000_000
_LCD_COLOURS = {
    "black": "#000000", "white": "#ffffff", "red": "#c62828", "yellow": "#f9c80e",
    "green": "#2e7d32", "blue": "#1f4e9c", "orange": "#ef6c00",
}  # fmt: skip


class Dashboards:
    """Draws pages; all calls take turns."""

    def __init__(self, themes: Themes, studio: Studio, words: Words) -> None:
        self.themes = themes
        self.words = words
        self._studio = studio
        self._complaints = Complaints(_log)

    async def theme_for(self, screen: Screen, mode: PageMode, name: str = "") -> Theme | None:
        """Return the theme of a name, else the one that suits; None for a card. ThemeError."""
        if name:
            return await asyncio.to_thread(self.themes.named, name)
        if wants_card(screen):
            return None
        found = choose(await asyncio.to_thread(self.themes.all), screen, mode)
        if found is None:
            raise ThemeError(f"there is no theme for {mode}")
        return found

    def facts(self, snapshot: Snapshot, theme: Theme | None) -> Page:
        """Return what a theme gets of a snapshot, before it is known for which screen."""
        return page(snapshot, self.words, theme.header.shows if theme else CARD_BLOCKS)

    async def render(
        self,
        snapshot: Snapshot,
        screen: Screen,
        theme: Theme | None = None,
        photo: Path | None = None,
    ) -> Prepared:
        """Return a page, or without a theme a card, ready for a screen; ThemeError."""
        job = job_for(theme, self.facts(snapshot, theme), screen, photo)
        drawn = await self._studio.draw(job)
        subject = f"page of {theme.name if theme else 'a card'} {screen.size[0]}x{screen.size[1]}"
        with_photo = f"{subject} with {photo.name}" if photo is not None else subject
        if drawn.note:
            blamed = with_photo if drawn.note.startswith("photo ") else subject
            self._complaints.say(blamed, f"{drawn.note}; it is drawn without")
        else:
            self._complaints.settle(with_photo)
            self._complaints.settle(subject)
        frame = Frame(drawn.width, drawn.height, drawn.format, drawn.packed)
        return Prepared(frame, drawn.preview)

    async def png(
        self,
        snapshot: Snapshot,
        size: tuple[int, int] | Screen,
        theme: Theme | None = None,
        photo: Path | None = None,
    ) -> Drawn:
        """Return a page as a PNG for people, with all shades; ThemeError.

        With a screen for its size, it is drawn for the inks that this has.
        """
        screen = size if isinstance(size, Screen) else plain_screen(*size)
        return await self._studio.draw(
            job_for(theme, self.facts(snapshot, theme), screen, photo, png=True)
        )


def plain_screen(width: int, height: int) -> Screen:
    """Return a screen of any colour."""
    return with_(PROFILES["lcd-480x480"], width=width, height=height)


def job_for(
    theme: Theme | None,
    facts: Page,
    screen: Screen,
    photo: Path | None = None,
    *,
    png: bool = False,
) -> Job:
    """Return what a child is to draw."""
    width, height = screen.size
    if width * height > _MOST_PIXELS:
        raise ThemeError(f"{width}x{height} is too large: {_MOST_PIXELS} pixels are the most")
    whole: Page = {**facts, "inks": inks_of(screen), "colours": _colours(screen)}
    if theme is None:
        # An OLED lives longer, and dazzles less at night, with light letters
        whole["lit"] = bool(screen.inks) and screen.inks[0].name == "off"
        return CardJob(encoded(whole), screen, png)
    scale = scale_for(theme, screen.size)
    box = _box(theme, screen.size) if photo is not None else None
    whole["photo"] = box and {
        "left": box[0] / scale,
        "top": box[1] / scale,
        "width": (box[2] - box[0]) / scale,
        "height": (box[3] - box[1]) / scale,
    }
    return PageJob(
        mark=theme.mark,
        files=theme.files,
        page=encoded(whole),
        width=width,
        height=height,
        scale=scale,
        screen=None if png else screen,
        photo=None if box is None else str(photo),
        photo_box=box,
    )


def _box(theme: Theme, size: tuple[int, int]) -> Box | None:
    if theme.header.photo is None:
        return None
    width, height = size
    left, top, right, bottom = theme.header.photo
    box = round(left * width), round(top * height), round(right * width), round(bottom * height)
    return box if box[0] < box[2] and box[1] < box[3] else None


def _colours(screen: Screen) -> dict[str, str]:
    """Return the inks by name, each as the page says it."""
    if not screen.inks:
        return _LCD_COLOURS
    return {
        ink.name: "#{:02x}{:02x}{:02x}".format(*ink.page_rgb) for ink in screen.inks if ink.coloured
    }
