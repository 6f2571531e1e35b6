"""What displays show: the state that tells of a change, and the picture itself."""

import asyncio
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from media.bitmap.frame import Frame
from media.bitmap.pack import FORMATS
from media.display.difference import has_two_inks
from media.display.display import Display, Override, Pushed
from media.display.pictures import Pictures
from media.display.recent import Recent
from media.display.refresh import Hint, hint, taken
from media.display.registry import Registry
from media.display.schedule import Mode
from media.display.screens import screen_of
from media.display.wake import POLL_SECONDS, is_quiet, refresh_seconds
from media.http.answer import NO_STORE, answer, data, detail
from media.http.contact_header import read_contact
from media.http.display_api import Endpoint

_PATH = "/api/display/"
_PNG = "image/png"
_BYTES = "application/octet-stream"
BITMAP = f"{_PATH}bitmap"
"""Where a picture is by display and version, for who has no token."""
_ASK_AGAIN = {"Cache-Control": "no-cache"}


class Current(NamedTuple):
    """What a display is to show at this moment, and when it is to ask again."""

    display: Display
    mode: Mode
    frame: Frame
    hint: Hint
    seconds: int

    @property
    def headers(self) -> dict[str, str]:
        """What is told beside a state or a picture."""
        return {
            "ETag": f'"{self.frame.version}"',
            "X-Refresh": self.hint,
            "X-Next-Wake-Seconds": str(self.seconds),
            **_ASK_AGAIN,
        }


class PictureApi:
    """Endpoints by their path; reading them changes nothing but when the display was seen."""

    def __init__(self, registry: Registry, pictures: Pictures) -> None:
        self._registry = registry
        self._pictures = pictures
        self._recent = Recent()
        self.paths: dict[str, Endpoint] = {
            f"{_PATH}state": self._state,
            f"{_PATH}image": self._image,
            f"{_PATH}dashboard": lambda request, display: self._whole(
                request, display, "dashboard"
            ),
            f"{_PATH}variant": lambda request, display: self._whole(request, display, "photo"),
            f"{_PATH}splash_screen": lambda request, display: self._whole(request, display, "boot"),
        }

    async def _current(self, request: Request, display: Display) -> Current:
        """Return the display as it is seen now, what it is to show, and how."""
        registry, contact = self._registry, read_contact(request.headers)
        now, zone = registry.now(), registry.zone(display)
        as_seen = display.seen(now, display.wakes_after_seconds or POLL_SECONDS, contact)
        mode = as_seen.mode_at(now, zone)
        order = await self._pictures.order(as_seen, mode)
        seconds = refresh_seconds(as_seen, now, zone, order.until_at)
        display = registry.see(display, seconds, contact)
        frame = (await self._pictures.made(order))[0].frame
        change, shown, screen = None, display.shown, screen_of(display)
        if shown is not None and screen.refresh.partial_seconds is not None:
            change = await asyncio.to_thread(self._recent.change, shown.version, frame)
        quiet = is_quiet(display, now, zone)
        given = hint(screen, shown, frame.version, change, now, quiet=quiet)
        return Current(display, mode, frame, given, seconds)

    async def _state(self, request: Request, display: Display) -> Response:
        """Tell the mode, and the version of the picture that is due."""
        now = await self._current(request, display)
        if known(request, now.frame.version):
            return _unchanged(now)
        shown, override = now.display.shown, now.display.override_at(self._registry.now())
        if shown is not None and shown.version == now.frame.version:
            now = now._replace(hint="none")  # it has taken it already
        pushed = now.display.pushed_at(self._registry.now())
        body = {
            "mode": now.mode,
            "version": now.frame.version,
            "image_url": f"{_PATH}image?version={now.frame.version}",
            "refresh_interval": now.seconds,
            "poll_interval": POLL_SECONDS,
            "override_expires_at": _end(override),
            "picture_expires_at": _end(pushed),
            "refresh": now.hint,
        }
        return data(body, headers=now.headers)

    async def _image(self, request: Request, display: Display) -> Response:
        """Give the picture that is due, whichever version was asked for."""
        now = await self._current(request, display)
        if known(request, now.frame.version):
            return _unchanged(now)
        if request.method == "GET":
            await self._note(now)
        return _picture(now.frame, now.headers)

    async def _note(self, now: Current) -> None:
        """Note that a display takes a picture; the next one is told by that how to be shown."""
        shown, version = now.display.shown, now.frame.version
        if now.hint == "none" or (shown is not None and shown.version == version):
            return
        two_inks = False
        if screen_of(now.display).refresh.partial_seconds is not None:
            two_inks = await asyncio.to_thread(has_two_inks, now.frame)
            self._recent.keep(now.frame)
        self._registry.show(
            now.display.id,
            taken(shown, version, now.hint, two_inks=two_inks, now=self._registry.now()),
        )

    async def _whole(self, request: Request, display: Display, mode: Mode) -> Response:
        """Give the picture of a mode as the older server did: always, and never from a cache."""
        now, zone = self._registry.now(), self._registry.zone(display)
        seconds = refresh_seconds(display, now, zone)
        display = self._registry.see(display, seconds, read_contact(request.headers))
        if display.mode_at(now, zone) == "idle":
            mode = "idle"  # which the older contract has no word for
        return _picture(await self._pictures.picture(display, mode), NO_STORE)

    async def bitmap(self, request: Request) -> Response:
        """Give the picture of any display to who knows its version, which is nowhere to guess."""
        display = self._registry.roster.get(request.query_params.get("display", ""))
        if display is None or not display.approved:
            return detail("Not found.", 404)
        frame = await self._pictures.frame(display)
        if request.query_params.get("version", "") != frame.version:
            return detail("Not found.", 404)
        return _picture(frame, {"ETag": f'"{frame.version}"', **_ASK_AGAIN})


def known(request: Request, version: str) -> bool:
    """Tell whether the client says that it has this version."""
    given = request.headers.get("if-none-match", "")
    tags = (tag.strip().removeprefix("W/") for tag in given.split(","))
    return any(tag in {"*", f'"{version}"'} for tag in tags)


def _end(what: Override | Pushed | None) -> str | None:
    """Return when something that beats the schedule is over, as far as it has an end."""
    until = what.until_at if what is not None else None
    return until.isoformat(timespec="seconds") if until else None


def _unchanged(now: Current) -> Response:
    response = answer(b"", _PNG, 304, now._replace(hint="none").headers)
    del response.headers["content-type"]
    return response


def _picture(frame: Frame, headers: dict[str, str]) -> Response:
    kind = FORMATS[frame.format].media_type
    ending = "bin" if kind == _BYTES else kind.partition("/")[2]
    name = f'inline; filename="{frame.version}.{ending}"'
    return answer(frame.packed, kind, 200, {"Content-Disposition": name, **headers})
