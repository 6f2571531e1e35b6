"""What may be asked of dashboards by topic: which themes there are, and how one looks."""

import asyncio
import base64
import binascii
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from media.asking import Verb, read_fields
from media.bitmap.profiles import PROFILES
from media.bitmap.screen import Screen
from media.dashboard.dashboards import Dashboards, PageMode, plain_screen
from media.dashboard.sample import Facts, sample
from media.dashboard.theme import Files, Theme, ThemeError, read_theme
from media.source.facts import Snapshot
from shared.errors import PayloadError

_KINDS: tuple[Facts, ...] = ("sample", "long", "old", "none")
Side = Annotated[int, Meta(ge=16, le=4000)]


class _Wanted(Struct, kw_only=True):
    """What a request asks for: a theme by name, or its files."""

    theme: Annotated[str, Meta(max_length=60)] = ""
    files: dict[str, str] | None = None  # base64
    width: Side | None = None
    height: Side | None = None
    profile: str = ""
    mode: PageMode = "dashboard"
    facts: Facts = "now"


def dashboard_verbs(
    dashboards: Dashboards,
    snapshot: Callable[[], Snapshot],
    photo: Callable[[], Path | None],
) -> dict[str, Verb]:
    """Return what may be asked."""
    desk = _Desk(dashboards, snapshot, photo)
    return {"themes": desk.themes, "preview": desk.preview, "check": desk.check}


class _Desk:
    """Does what is asked."""

    def __init__(
        self,
        dashboards: Dashboards,
        snapshot: Callable[[], Snapshot],
        photo: Callable[[], Path | None],
    ) -> None:
        self._dashboards = dashboards
        self._snapshot = snapshot
        self._photo = photo

    async def preview(self, fields: dict[str, Any]) -> object:
        """Return a picture of a theme; PayloadError, ThemeError."""
        return await self._preview(read_fields(fields, _Wanted))

    async def check(self, fields: dict[str, Any]) -> object:
        """Return what there is to say of a theme; PayloadError, ThemeError."""
        return await self._check(read_fields(fields, _Wanted))

    async def themes(self, _: dict[str, Any]) -> object:
        """Return all themes, and what is wrong with those that cannot be used."""
        themes = self._dashboards.themes
        rows = [
            {
                "name": each.name,
                "ours": themes.is_ours(each),
                **msgspec.to_builtins(each.header),
                "fault": None,
            }
            for each in await asyncio.to_thread(themes.all)
        ]
        faults = [
            {"name": name, "ours": False, "fault": str(error)}
            for name, error in themes.faults.items()
        ]
        return {"folder": str(themes.folder), "themes": rows, "faults": faults}

    async def _preview(self, wanted: _Wanted) -> dict[str, Any]:
        theme = await self._theme(wanted)
        screen = _screen(wanted, theme)
        if theme is None and wanted.theme != "card":
            theme = await self._dashboards.theme_for(screen, wanted.mode)
        started = time.monotonic()
        drawn = await self._dashboards.png(
            self._facts(wanted.facts), screen, theme, await self._photo_for(theme)
        )
        return {
            "theme": theme.name if theme else "card",
            "width": drawn.width,
            "height": drawn.height,
            "milliseconds": round(1000 * (time.monotonic() - started)),
            "note": drawn.note,
            "png": base64.b64encode(drawn.png).decode(),
        }

    async def _check(self, wanted: _Wanted) -> dict[str, Any]:
        """Draw a theme at all its sizes with all kinds of facts, until one fails."""
        theme = await self._theme(wanted)
        if theme is None:
            raise PayloadError("theme: is missing; which one is to be checked?")
        for width, height in theme.header.sizes:
            for kind in _KINDS:
                try:
                    await self._dashboards.png(
                        self._facts(kind), (width, height), theme, await self._photo_for(theme)
                    )
                except ThemeError as error:
                    where = f"{error.message} (at {width}x{height}, facts: {kind})"
                    raise ThemeError(where, error.file, error.line) from None
        return {
            "theme": theme.name,
            "title": theme.header.title,
            "sizes": theme.header.sizes,
            "drawn": len(theme.header.sizes) * len(_KINDS),
        }

    async def _theme(self, wanted: _Wanted) -> Theme | None:
        if wanted.files is not None:
            return read_theme(wanted.theme or "theme", _decoded(wanted.files))
        if not wanted.theme or wanted.theme == "card":
            return None
        screen = PROFILES.get(wanted.profile) or plain_screen(800, 480)
        return await self._dashboards.theme_for(screen, wanted.mode, wanted.theme)

    def _facts(self, kind: Facts) -> Snapshot:
        known = self._snapshot()
        return known if kind == "now" else sample(known.at, kind)

    async def _photo_for(self, theme: Theme | None) -> Path | None:
        if theme is None or not theme.header.photo:
            return None
        return await asyncio.to_thread(self._photo)  # it looks at the folder of photos


def _decoded(files: dict[str, str]) -> Files:
    try:
        return {name: base64.b64decode(text, validate=True) for name, text in files.items()}
    except (binascii.Error, ValueError):
        raise PayloadError("files: are not base64") from None


def _screen(wanted: _Wanted, theme: Theme | None) -> Screen:
    if wanted.profile:
        if wanted.profile not in PROFILES:
            raise PayloadError(
                f"profile: no {wanted.profile[:40]!r}; there are: {', '.join(PROFILES)}"
            )
        return PROFILES[wanted.profile]
    if (wanted.width is None) != (wanted.height is None):
        raise PayloadError("width and height: both or none")
    if wanted.width is not None and wanted.height is not None:
        return plain_screen(wanted.width, wanted.height)
    if theme is not None:
        return plain_screen(*theme.header.sizes[0])
    return PROFILES["rlcd-200x200"] if wanted.theme == "card" else plain_screen(800, 480)
