"""Facts and themes for the tests of dashboards."""

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from media.dashboard.page import BLOCKS, Page, page
from media.dashboard.sample import Facts, sample
from media.dashboard.theme import Files, Theme, read_theme
from media.dashboard.words import LANGUAGES, Language

NOW = datetime(2026, 11, 21, 14, 5, tzinfo=ZoneInfo("Europe/Brussels"))  # a Saturday

HEADER = 'title = "Mine"\nsizes = [[400, 300]]\nshows = []\n'


def facts(kind: Facts = "sample", language: Language = "en", now: datetime = NOW) -> Page:
    """Return the page of made-up facts with all blocks."""
    return page(sample(now, kind), LANGUAGES[language], BLOCKS)


def files(body: str, header: str = HEADER, **more: str) -> Files:
    """Return the files of a theme; `more` by their names with `_` for `.`."""
    named = {name.replace("_", "."): text for name, text in more.items()}
    texts = {"theme.toml": header, "theme.typ": body, **named}
    return {name: text.encode() for name, text in texts.items()}


def theme(body: str, header: str = HEADER, name: str = "mine") -> Theme:
    """Return a theme that draws `body`."""
    return read_theme(name, files(body, header))


def texts(made: Any) -> list[str]:
    """Return all texts of a page."""
    if isinstance(made, str):
        return [made]
    if isinstance(made, dict):
        return [text for each in made.values() for text in texts(each)]
    return [text for each in made for text in texts(each)] if isinstance(made, list) else []


def as_json(made: Page) -> Page:
    """Return a page as a theme reads it."""
    told: Page = json.loads(json.dumps(made))
    return told
