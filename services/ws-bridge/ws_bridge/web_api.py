"""What each path of the panel's port answers, to the word as the older server did."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec

from shared.http.api import Api
from shared.http.message import Heads, Request, Response
from ws_bridge.browser_socket import BrowserSocket, refusal
from ws_bridge.files import TEXT, Folder, plain
from ws_bridge.port import MOST_CONNECTIONS
from ws_bridge.room import Room

_PAGE = Path(__file__).with_name("web")
_JSON = "application/json; charset=utf-8"
_ALLOWED = ("allow", "GET,HEAD")
_PLAY = "/test/play/"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "media-src 'self' blob: data:; connect-src 'self' ws: wss:; base-uri 'none'; "
    "form-action 'none'; manifest-src 'self'"
)

Endpoint = Callable[[Request], Awaitable[Response]]


class WebApi(Api):
    """Answers requests; `sockets` holds the browsers that have upgraded."""

    heads = Heads(b"x-content-type-options: nosniff\r\n")
    most_connections = 1024

    def __init__(self, room: Room, media: Path) -> None:
        self._room = room
        self._folders = {"/static": Folder(_PAGE), "/media": Folder(media)}
        self._paths: dict[str, Endpoint] = {
            "/": self._get_page,
            "/favicon.ico": lambda request: self._folders["/static"].answer("favicon.ico", request),
            "/ws": self._get_ws,
            "/status": self._get_status,
            "/health": self._get_health,
            "/test/stop": self._get_stop,
        }
        self.sockets: set[BrowserSocket] = set()

    def refusal(self, status: int, text: str) -> Response:  # noqa: ARG002 - it had few words
        """Return an error that is none of a path's."""
        return plain(status)

    def upgrade(self, request: Request) -> Callable[[], asyncio.Protocol] | None:
        """Return what makes a browser's socket, where a handshake came to /ws."""
        if request.path != "/ws" or request.method != "GET" or refusal(request) is not None:
            return None
        if self._has_too_many():
            return None
        return lambda: BrowserSocket(request, self._room, self.sockets)

    async def answer(self, request: Request) -> Response:
        """Answer one request."""
        endpoint = self._find(request.path)
        if endpoint is None:
            return plain(404)
        if request.method not in {"GET", "HEAD"}:
            return plain(405, _ALLOWED)
        return await endpoint(request)

    def _find(self, path: str) -> Endpoint | None:
        if path in self._paths:
            return self._paths[path]
        number = path.removeprefix(_PLAY)
        if path.startswith(_PLAY) and number and "/" not in number:
            return lambda request: self._get_play(number, request)
        for prefix, folder in self._folders.items():
            if path == prefix or path.startswith(prefix + "/"):
                name = path[len(prefix) + 1 :]
                return lambda request: folder.answer(name, request)
        return None

    async def _get_page(self, request: Request) -> Response:
        page = await self._folders["/static"].answer("index.html", request)
        return page._replace(headers=(*page.headers, ("content-security-policy", _POLICY)))

    async def _get_ws(self, request: Request) -> Response:
        why = refusal(request)
        if why is None and self._has_too_many():
            return Response(b"too many connections\n", TEXT, 503, (("retry-after", "10"),))
        return Response((why or "").encode(), TEXT, 400)

    def _has_too_many(self) -> bool:
        return len(self.sockets) >= MOST_CONNECTIONS

    async def _get_status(self, request: Request) -> Response:  # noqa: ARG002
        return Response(msgspec.json.encode(await self._room.status()), _JSON)

    async def _get_health(self, request: Request) -> Response:  # noqa: ARG002
        health = await self._room.health()
        return Response(
            msgspec.json.encode(health), _JSON, 200 if health["status"] == "healthy" else 503
        )

    async def _get_play(self, number: str, request: Request) -> Response:
        if request.method == "HEAD":
            return Response(b"", TEXT)
        is_good, text = self._room.play(number)
        return Response(text.encode(), TEXT, 200 if is_good else 400)

    async def _get_stop(self, request: Request) -> Response:
        if request.method != "HEAD":
            self._room.stop()
        return Response(b"OK: stopped", TEXT)
