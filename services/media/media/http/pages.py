"""The pages of port 8000 that anybody in the home may read, without a token.

No token is on them, nothing that lets another device join in a display's place, and of the hub's
addresses only the one that was asked. MEDIA_PAGES turns them off.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta, tzinfo

from starlette.requests import Request
from starlette.responses import Response

from media.bitmap.frame import Frame
from media.database import StoreError
from media.display.display import Display
from media.display.numbers import Numbers
from media.display.pictures import Pictures
from media.display.registry import Registry
from media.http.answer import COMMON, NO_STORE, answer, data, detail
from media.http.display_api import unavailable
from media.http.photo_file import FileResponse, any_of
from media.http.picture_api import known
from media.http.validation import Check, validated, whole
from media.photo.choice import weight
from media.photo.library import Library

_HTML, _PNG = "text/html; charset=utf-8", "image/png"
_ASK_AGAIN = {"Cache-Control": "no-cache"}
_MOST_CARDS = 100
_MOST_PHOTOS_AT_ONCE = 8
_RETRY_SECONDS = 5
_NUMBER: dict[str, Check] = {"pk": whole(-1, 2**31)}

Page = Callable[[Request], Awaitable[Response]]
Dashboard = Callable[[], Awaitable[Frame]]
"""Returns the dashboard as a display of 1200 x 1600 pixels has it: a PNG that lies on its side."""


def house_dashboard(pictures: Pictures, registry: Registry) -> Dashboard:
    """Return what gives the dashboard of a display of the usual size, which is no real one."""
    display = Display(
        id="dashboard", hardware_id="", width=1200, height=1600, made_at=registry.now()
    )
    return lambda: pictures.picture(display, "dashboard")


class WebPages:
    """The pages by their path; `node` is this host's name, `url` as that of `Hub`."""

    def __init__(
        self,
        registry: Registry,
        pictures: Pictures,
        library: Library,
        numbers: Numbers,
        dashboard: Dashboard,
        *,
        node: str,
        url: Callable[[str], str],
    ) -> None:
        self._registry = registry
        self._pictures = pictures
        self._library = library
        self._numbers = numbers
        self._dashboard_picture = dashboard
        self._node = node
        self._url = url
        self._photos = 0
        self.paths: dict[str, Page] = {
            "/": self._home,
            "/bootstrap": self._device,
            "/dashboard": self._dashboard,
            "/dashboard.png": self._picture,
            "/photo": self._photo,
            "/preview": self._preview,
        }

    def _displays(self) -> list[Display]:
        """Return those that have joined, in that order."""
        joined = [each for each in self._registry.roster if each.approved]
        return sorted(joined, key=lambda each: (each.made_at, each.id))

    async def _home(self, _: Request) -> Response:
        """List the displays."""
        from media.http import page_html  # which few ever ask for

        displays = self._displays()
        try:
            numbers = await self._numbers.of(displays)
        except StoreError:
            return unavailable()
        now = self._registry.now()
        cards = [
            page_html.Card(
                each.id,
                numbers[each.id],
                f"{each.width}x{each.height} pixels",
                _shows(each, now, self._registry.zone(each)),
                _seen(each, now),
                "" if each.battery.percent is None else f"battery {each.battery.percent} %",
            )
            for each in displays[:_MOST_CARDS]
        ]
        waiting = sum(not each.approved for each in self._registry.roster)
        html = page_html.home(self._node, cards, len(displays) - len(cards), waiting)
        return _page(html, page_html.POLICY)

    async def _device(self, request: Request) -> Response:
        """Tell what a display is, by its number."""
        from media.http import page_html

        values, errors = validated(dict(request.query_params), _NUMBER)
        if errors:
            return data({"detail": "Invalid query parameters", "errors": errors}, 400)
        displays = self._displays()
        try:
            numbers = await self._numbers.of(displays)
        except StoreError:
            return unavailable()
        wanted = values["pk"]
        display = next((each for each in displays if numbers[each.id] == wanted), None)
        if display is None:
            told = f"Display with pk {wanted} not found"
            return data({"detail": told, "error": "Display matching query does not exist."}, 404)
        address = (request.scope.get("server") or ("",))[0]
        facts = (
            ("Readable id", display.id),
            ("Hardware id", _harmless(display)),
            ("Resolution", f"{display.width}x{display.height} pixels"),
            ("Default mode", display.default_mode),
            ("Host", self._node),
            ("Address", address),
            ("Hub", self._url(request.headers.get("host", ""))),
            ("Last contact", _seen(display, self._registry.now())),
        )
        return _page(page_html.device(display.id, facts), page_html.POLICY)

    async def _dashboard(self, _: Request) -> Response:
        """Show the dashboard as a page."""
        from media.http import page_html

        return _page(page_html.dashboard(), page_html.DASHBOARD_POLICY)

    async def _picture(self, request: Request) -> Response:
        """Give the picture of the dashboard."""
        frame = await self._dashboard_picture()
        return _tagged(request, frame.version, frame.packed)

    async def _preview(self, request: Request) -> Response:
        """Give what a display shows, small."""
        display = self._registry.roster.get(request.query_params.get("display", ""))
        if display is None or not display.approved:
            return detail("Not found.", 404)
        prepared, _ = await self._pictures.made(await self._pictures.order(display))
        return _tagged(request, prepared.frame.version, prepared.preview)

    async def _photo(self, _: Request) -> Response:
        """Give one of the photos that may be shown, as its file is."""
        if self._photos >= _MOST_PHOTOS_AT_ONCE:  # each takes memory while it is sent
            return detail("Too many photos are sent now.", 503, Retry_After=str(_RETRY_SECONDS))
        library, now = self._library, self._registry.now()
        paths = [library.file(each) for each in library.present() if weight(each, now) > 0]
        self._photos += 1
        opened = await asyncio.to_thread(any_of, paths)
        if opened is None:
            self._sent()
            return detail("There is no photo.", 404)
        return FileResponse(opened, COMMON | NO_STORE, self._sent)

    def _sent(self) -> None:
        self._photos -= 1


def _shows(display: Display, now: datetime, zone: tzinfo) -> str:
    """Return what a display is to show, and how long that is so on this day and the next."""
    mode = display.mode_at(now, zone)
    what = mode if display.pushed_at(now) is None else "a picture that was sent"
    until = display.mode_until(now, zone)
    if until is None or until - now > timedelta(days=1):
        return what
    return f"{what} until {until.astimezone(zone):%H:%M}"


def _seen(display: Display, now: datetime) -> str:
    """Return when a display was heard of last."""
    from media.http.page_html import ago

    if display.kind == "topic":
        return "told by topic"
    seen = display.last_seen_at
    return "has not asked yet" if seen is None else f"asked {ago(seen, now)}"


def _harmless(display: Display) -> str:
    """Return a hardware id, or its end: who knows that of some displays may join as them."""
    if display.pairing == "paired" and display.kind != "trmnl":
        return display.hardware_id
    return f"...{display.hardware_id[-4:]}" if len(display.hardware_id) > 8 else "..."


def _page(html: str, policy: str) -> Response:
    # What a device calls itself may hold half a surrogate pair, which UTF-8 has no bytes for
    body = html.encode(errors="replace")
    return answer(body, _HTML, 200, {**NO_STORE, "Content-Security-Policy": policy})


def _tagged(request: Request, version: str, body: bytes) -> Response:
    headers = {"ETag": f'"{version}"', **_ASK_AGAIN}
    if known(request, version):
        response = answer(b"", _PNG, 304, headers)
        del response.headers["content-type"]
        return response
    return answer(body, _PNG, 200, headers)
