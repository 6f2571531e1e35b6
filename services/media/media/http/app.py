"""The HTTP API of displays as an ASGI application: who may ask for what, and how often in vain.

Each path is served as it stands, with a slash behind it, and below /api/displays, where the older
server has sent its clients; never by a redirect, which would lose what a client posts.
"""

import time
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from media.bitmap.picture import PictureError
from media.display.registry import Registry
from media.http import token_header, trmnl_url
from media.http.answer import data, detail, page, too_many
from media.http.body import NoBodyError
from media.http.display_api import DisplayApi, Endpoint, unavailable
from media.http.failures import Failures
from media.http.trmnl_api import TrmnlApi

_API = "/api/display/"
_API_TOO = "/api/displays/"
_MOST_WRONG_TOKENS = 100
_MOST_REFUSED_BOOTSTRAPS = 300
_OPTIONS = "OPTIONS"
_GET, _POST = ("GET", "HEAD", _OPTIONS), ("POST", _OPTIONS)
_CHANGE = ("POST", "DELETE", _OPTIONS)

Public = Callable[[Request], Awaitable[Response]]


class App:
    """`pictures` are further endpoints by their path, all to be read with a display's token.

    `pushed` are those by which a display's owner changes what it shows, `public` need no token.
    """

    def __init__(
        self,
        registry: Registry,
        pictures: Mapping[str, Endpoint],
        pushed: Mapping[str, Endpoint] | None = None,
        public: Mapping[str, Public] | None = None,
        trmnl: TrmnlApi | None = None,
    ) -> None:
        self._registry = registry
        self._trmnl = trmnl
        api = DisplayApi(registry)
        self._public: dict[str, tuple[tuple[str, ...], Public]] = {
            "/": (_GET, _home),
            "/health": (_GET, _health),
            "/openapi.json": (_GET, _openapi),
            f"{_API}bootstrap": (_POST, lambda request: self._bootstrap(request, api)),
            **{path: (_GET, endpoint) for path, endpoint in (public or {}).items()},
        }
        self._own: dict[str, tuple[tuple[str, ...], Endpoint]] = {
            f"{_API}poll": (_GET, api.poll),
            f"{_API}button": (_POST, api.button),
            **{path: (_GET, endpoint) for path, endpoint in pictures.items()},
            **{path: (_CHANGE, endpoint) for path, endpoint in (pushed or {}).items()},
        }
        self._wrong_tokens = Failures(_MOST_WRONG_TOKENS)
        self._refused_bootstraps = Failures(_MOST_REFUSED_BOOTSTRAPS)

    @property
    def paths(self) -> dict[str, tuple[str, ...]]:
        """All that is served, each path with its methods, in the one spelling."""
        own = {path: methods for path, (methods, _) in (self._public | self._own).items()}
        return own | (trmnl_url.PATHS if self._trmnl is not None else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        try:
            response = await self._answer(Request(scope, receive))
        except NoBodyError as error:
            if error.answer is None:
                return
            response = error.answer
        except PictureError:  # which has been said
            response = unavailable("make this picture")
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        wanted = trmnl_url.route(request.scope["path"])
        if wanted is not None and self._trmnl is not None:
            return _refused(request, wanted.methods) or await self._trmnl.answer(request, wanted)
        path = _plain(request.scope["path"])
        if path in self._public:
            methods, public = self._public[path]
            return _refused(request, methods) or await public(request)
        if path not in self._own:
            return page("Not Found", 404)
        methods, endpoint = self._own[path]
        if not self._registry.readable:
            return unavailable()
        token, problem = token_header.read(request.headers.get("authorization"))
        display = self._registry.authenticate(token) if token else None
        if display is None:
            return self._unknown(request, problem or token_header.WRONG)
        return _refused(request, methods) or await endpoint(request, display)

    def _unknown(self, request: Request, problem: str) -> Response:
        """Answer somebody without a token of ours, and count it."""
        address, now = _address(request), time.monotonic()
        if wait := self._wrong_tokens.wait_seconds(address, now):
            return too_many(wait)
        self._wrong_tokens.count(address, now)
        return detail(problem, 401, WWW_Authenticate="Token")

    async def _bootstrap(self, request: Request, api: DisplayApi) -> Response:
        address, now = _address(request), time.monotonic()
        if wait := self._refused_bootstraps.wait_seconds(address, now):
            return too_many(wait)
        try:
            response = await api.bootstrap(request)
        except NoBodyError as error:
            if error.answer is None:
                raise
            response = error.answer
        if response.status_code != 200:
            self._refused_bootstraps.count(address, now)
        return response


def _plain(path: str) -> str:
    """Return the one spelling under which a path is known here."""
    if path.endswith("/") and path.strip("/"):
        path = path[:-1]
    if path.startswith(_API_TOO):
        path = _API + path.removeprefix(_API_TOO)
    return path


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _refused(request: Request, methods: tuple[str, ...]) -> Response | None:
    """Answer a method that is not served, or only asks which are; None for all others."""
    allow = ", ".join(methods)
    if request.method == _OPTIONS:
        return data({}, headers={"Allow": allow})
    if request.method in methods:
        return None
    return detail(f'Method "{request.method}" not allowed.', 405, Allow=allow)


async def _home(_: Request) -> Response:
    return page("Mantel: displays")


async def _health(_: Request) -> Response:
    return data({"success": True})


async def _openapi(_: Request) -> Response:
    from media.http.openapi import document  # which few ever ask for

    return data(document())
