"""The HTTP API of TRMNL devices: setup, display, image and log."""

import logging
import time

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from media.bitmap.picture import PictureError
from media.database import StoreError
from media.display.display import Display
from media.display.pictures import Pictures
from media.display.refusal import RefusedError, UnknownError
from media.display.registry import Registry
from media.display.trmnl_device import USUAL_SIZE, fitted, hardware_id, size_of
from media.display.trmnl_log import read_report
from media.display.trmnl_pictures import TrmnlPictures, media_type
from media.display.wake import POLL_SECONDS, refresh_seconds
from media.http.answer import answer
from media.http.body import NoBodyError
from media.http.contact_header import read_contact
from media.http.failures import Failures
from media.http.trmnl_answer import nothing_new, show, too_many, trouble, unavailable, welcome
from media.http.trmnl_url import Route, base_url, image_path, opens
from shared.complaints import Complaints
from shared.errors import PayloadError

_log = logging.getLogger("media")

_MOST_WRONG_TOKENS = 100
_MOST_REFUSED_SETUPS = 300
_MOST_LINES = 60
"""Of one display in a minute, in the log of the hub."""
_MOST_LOG_BYTES = 64_000
_MOST_HOST = 255


class TrmnlApi:
    """`public_url` is MEDIA_PUBLIC_URL, `port` MEDIA_HTTP_PORT."""

    def __init__(self, registry: Registry, pictures: Pictures, public_url: str, port: int) -> None:
        self._registry = registry
        self._pictures = TrmnlPictures(registry, pictures)
        self._public_url = public_url
        self._port = port
        self._wrong_tokens = Failures(_MOST_WRONG_TOKENS)
        self._refused_setups = Failures(_MOST_REFUSED_SETUPS)
        self._lines = Failures(_MOST_LINES)
        self._complaints = Complaints(_log)

    async def answer(self, request: Request, route: Route) -> Response:
        """Answer one request."""
        try:
            if route.what == "setup":
                return await self._setup(request, route)
            if not self._registry.readable:
                return nothing_new() if route.what == "display" else unavailable()
            display = self._registry.authenticate(request.headers.get("access-token", "").strip())
            if route.what == "image":
                return await self._image(request, route, display)
            if display is None:
                return self._unknown(request)
            if route.what == "log":
                return await self._report(request, display)
            return await self._display(request, route, display)
        except UnknownError:  # forgotten in between
            return self._unknown(request)
        except PictureError:  # which has been said
            return nothing_new() if route.what == "display" else unavailable()

    def _unknown(self, request: Request) -> Response:
        """Answer somebody without a token of ours, and count it."""
        address, now = _address(request), time.monotonic()
        if wait := self._wrong_tokens.wait_seconds(address, now):
            return too_many(wait)
        self._wrong_tokens.count(address, now)
        return trouble(404, "This device is not known here.")

    async def _setup(self, request: Request, route: Route) -> Response:
        """Pair a device, if it may."""
        address, now = _address(request), time.monotonic()
        if wait := self._refused_setups.wait_seconds(address, now):
            return too_many(wait)
        response = await self._pair(request, route)
        if response.status_code != 200:
            self._refused_setups.count(address, now)
        return response

    async def _pair(self, request: Request, route: Route) -> Response:
        id_ = hardware_id(request.headers.get("id", ""))
        if not id_:
            return trouble(404, "The header ID, with the device's MAC, is missing.")
        old = self._registry.roster.of_hardware(id_)
        size = size_of(request.headers) or ((old.width, old.height) if old else USUAL_SIZE)
        host = request.headers.get("host", "")[:_MOST_HOST]
        try:
            display, token = await self._registry.join(id_, *size, host, "trmnl")
        except StoreError:
            return unavailable()
        except RefusedError as error:
            if error.known and old is not None:
                self._complaints.say(
                    f"display {old.id}",
                    "asks to be paired again, as after a reset; "
                    f"`mantel display rotate {old.id}` lets it",
                )
            return trouble(404, "MAC address not registered: it waits for its owner.")
        self._complaints.settle(f"display {display.id}", "is paired again")
        display = await self._fit(display, request)
        file = await self._pictures.setup(display)
        return welcome(token, display.id, self._url(request, route, display, file))

    async def _fit(self, display: Display, request: Request) -> Display:
        """Note what screen the device says it has."""
        if fitted(display, request.headers) != display:
            await self._registry.override(display.id, lambda each: fitted(each, request.headers))
        return self._registry.get(display.id)

    def _url(self, request: Request, route: Route, display: Display, file: str) -> str:
        host = request.headers.get("host", "")
        base = base_url(self._public_url, self._port, host, route.prefix)
        return base + image_path(display, file)

    async def _display(self, request: Request, route: Route, display: Display) -> Response:
        """Tell which picture is due, and when to ask again."""
        display = await self._fit(display, request)
        now, zone, contact = (
            self._registry.now(),
            self._registry.zone(display),
            read_contact(request.headers),
        )
        as_seen = display.seen(now, display.wakes_after_seconds or POLL_SECONDS, contact)
        mode = display.mode_at(now, zone)
        seconds = refresh_seconds(as_seen, now, zone, await self._pictures.until(as_seen, mode))
        display = self._registry.see(display, seconds, contact)
        name, file = await self._pictures.due(display, mode)
        url = self._url(request, route, display, file)
        pressed = request.headers.get("special_function", "").strip().lower() == "true"
        return show(url, name, seconds, pressed=pressed)

    async def _image(self, request: Request, route: Route, caller: Display | None) -> Response:
        """Give the picture that was announced, to who has its token or its address."""
        display = self._registry.roster.get(route.id)
        if display is None or not opens(display, route.file, request.query_params.get("key", "")):
            display = caller
        if display is None:
            return self._unknown(request)
        if caller is not None:
            self._registry.see(caller, caller.wakes_after_seconds or POLL_SECONDS)
        frame = await self._pictures.fetched(display, route.file)
        return answer(frame.packed, media_type(frame))

    async def _report(self, request: Request, display: Display) -> Response:
        """Take what a device reports; it would send again and again what is refused."""
        self._registry.see(display, display.wakes_after_seconds or POLL_SECONDS)
        subject = f"log of display {display.id}"
        try:
            lines = read_report(await _body(request))
        except PayloadError as error:
            self._complaints.say(subject, f"{error}; dropped")
            return answer(b"", "application/json", 204)
        now = time.monotonic()
        for line in lines:
            if self._lines.wait_seconds(display.id, now):
                self._complaints.say(subject, f"more than {_MOST_LINES} lines a minute; dropped")
                break
            self._lines.count(display.id, now)
            _log.log(line.level, "display %s says: %s", display.id, line.text)
        else:
            self._complaints.settle(subject)
        at = self._registry.now().isoformat(" ", "seconds")
        self._registry.reports.keep(
            display.id, [f"{at} {logging.getLevelName(each.level)} {each.text}" for each in lines]
        )
        return answer(b"", "application/json", 204)


async def _body(request: Request) -> bytes:
    """Return the body; PayloadError when it is too large, which is read to its end all the same."""
    raw, size = b"", 0
    try:
        async for part in request.stream():
            size += len(part)
            if size <= _MOST_LOG_BYTES:
                raw += part
    except ClientDisconnect:
        raise NoBodyError(None) from None
    if size > _MOST_LOG_BYTES:
        raise PayloadError(f"is larger than {_MOST_LOG_BYTES} bytes")
    return raw


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
