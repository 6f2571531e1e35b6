"""What displays show: the state that tells of a change, and the picture itself."""

from starlette.requests import Request
from starlette.responses import Response

from media.bitmap.frame import Frame
from media.display.display import Display
from media.display.pictures import Pictures
from media.display.registry import Registry
from media.display.schedule import Mode
from media.display.wake import POLL_SECONDS, refresh_seconds
from media.http.answer import NO_STORE, answer, data
from media.http.display_api import Endpoint

_PATH = "/api/display/"
_PNG = "image/png"
_ASK_AGAIN = {"Cache-Control": "no-cache"}


class PictureApi:
    """Endpoints by their path; reading them changes nothing but when the display was seen."""

    def __init__(self, registry: Registry, pictures: Pictures) -> None:
        self._registry = registry
        self._pictures = pictures
        self.paths: dict[str, Endpoint] = {
            f"{_PATH}state": self._state,
            f"{_PATH}image": self._image,
            f"{_PATH}dashboard": lambda _, display: self._whole(display, "dashboard"),
            f"{_PATH}variant": lambda _, display: self._whole(display, "photo"),
            f"{_PATH}splash_screen": lambda _, display: self._whole(display, "boot"),
        }

    async def _current(self, display: Display) -> tuple[Display, Mode, Frame, int]:
        """Return the display as it is seen now, its mode and picture, and how long it may sleep."""
        now, zone = self._registry.now(), self._registry.zone(display)
        seconds = refresh_seconds(display, now, zone)
        display = self._registry.see(display, seconds)
        mode = display.mode_at(now, zone)
        return display, mode, await self._pictures.picture(display, mode), seconds

    async def _state(self, request: Request, display: Display) -> Response:
        """Tell the mode, and the version of the picture that is due."""
        display, mode, frame, seconds = await self._current(display)
        if known(request, frame.version):
            return _unchanged(frame)
        override = display.override_at(self._registry.now())
        until = override.until_at if override is not None else None
        body = {
            "mode": mode,
            "version": frame.version,
            "image_url": f"{_PATH}image?version={frame.version}",
            "refresh_interval": seconds,
            "poll_interval": POLL_SECONDS,
            "override_expires_at": until.isoformat(timespec="seconds") if until else None,
        }
        return data(body, headers={"ETag": f'"{frame.version}"', **_ASK_AGAIN})

    async def _image(self, request: Request, display: Display) -> Response:
        """Give the picture that is due, whichever version was asked for."""
        _, _, frame, _ = await self._current(display)
        if known(request, frame.version):
            return _unchanged(frame)
        return _picture(frame, {"ETag": f'"{frame.version}"', **_ASK_AGAIN})

    async def _whole(self, display: Display, mode: Mode) -> Response:
        """Give the picture of a mode as the older server did: always, and never from a cache."""
        now, zone = self._registry.now(), self._registry.zone(display)
        display = self._registry.see(display, refresh_seconds(display, now, zone))
        return _picture(await self._pictures.picture(display, mode), NO_STORE)


def known(request: Request, version: str) -> bool:
    """Tell whether the client says that it has this version."""
    given = request.headers.get("if-none-match", "")
    tags = (tag.strip().removeprefix("W/") for tag in given.split(","))
    return any(tag in {"*", f'"{version}"'} for tag in tags)


def _unchanged(frame: Frame) -> Response:
    response = answer(b"", _PNG, 304, {"ETag": f'"{frame.version}"', **_ASK_AGAIN})
    del response.headers["content-type"]
    return response


def _picture(frame: Frame, headers: dict[str, str]) -> Response:
    name = f'inline; filename="{frame.version}.png"'
    return answer(frame.packed, _PNG, 200, {"Content-Disposition": name, **headers})
