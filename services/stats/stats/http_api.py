"""What each path of the HTTP API answers, and how; the only module that knows starlette.

Two things are decided here that the older system left to chance: a `limit` that is no number is
answered with 400 (it was 500, with the same keys), and one below zero is zero.
"""

import gzip
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from shared.complaints import Complaints
from stats import bodies, openapi, prometheus
from stats.bodies import Body
from stats.limiter import Limiter
from stats.monitor import Monitor
from stats.page import page
from stats.settings import Settings

log = logging.getLogger("stats.http")

_JSON, _HTML = "application/json", "text/html; charset=utf-8"
_OF_BODIES = frozenset({b"content-length", b"transfer-encoding"})
_ALLOWED = "GET, HEAD, OPTIONS"
_FAULTS = (OSError, ValueError, RuntimeError)
"""What reading a host may raise."""

_ERRORS = {
    404: ("Not Found", "There is nothing at this URL; / lists what there is."),
    405: ("Method Not Allowed", "This URL can only be read."),
    500: ("Internal Server Error", "There is a fault in the program; its log tells more."),
}


class HttpApi:
    """An ASGI application."""

    def __init__(self, monitor: Monitor, settings: Settings) -> None:
        self._monitor = monitor
        self._settings = settings
        self._limiter = None
        if settings.pistat_rate_limit_enabled:
            self._limiter = Limiter(
                settings.pistat_rate_limit_requests, settings.pistat_rate_limit_window
            )
        self._page = page()
        self._openapi = bodies.encoded(openapi.document())
        self._complaints = Complaints(log)
        self.paths: dict[str, Callable[[Request], Awaitable[Response]]] = {
            "/": self._get_page,
            "/health": self._get_health,
            "/stats": self._get_stats,
            "/processes": self._get_processes,
            "/network/interfaces": self._get_interfaces,
            "/storage/devices": self._get_storage,
            "/metrics/history": self._get_history,
            "/system/config": self._get_config,
            "/metrics": self._get_metrics,
            "/openapi.json": self._get_openapi,
        }
        self._app = Starlette(
            routes=[Route(path, endpoint) for path, endpoint in self.paths.items()],
            exception_handlers={number: _error_page(number) for number in _ERRORS},
        )
        self._app.router.redirect_slashes = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; most of /stats take the short way by `kept`."""
        peer = (scope["client"] or ("",))[0]
        log.debug("%s %s %r", peer, scope["method"], scope["path"])
        wait = 0
        if self._limiter is not None:
            wait = self._limiter.refuse(peer, time.monotonic())
        if wait:
            await self._too_many(wait)(scope, receive, send)
        elif scope["method"] == "OPTIONS" and scope["path"] in self.paths:
            await _response(b"", _HTML, headers={"allow": _ALLOWED})(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def kept(self, peer: str, headers: list[tuple[bytes, bytes]]) -> bytes | None:
        """Return the kept answer of /stats with its own headers, as they go over the wire.

        None when there is none, or when the request needs more thought: it has a body, or is
        refused.
        """
        answer = self._monitor.kept()
        if answer is None or any(name in _OF_BODIES for name, _ in headers):
            return None
        if self._limiter is not None and self._limiter.refuse(peer, time.monotonic()):
            return None
        log.debug("%s GET '/stats'", peer)
        is_zipped = self._zips(len(answer.plain), headers)
        return answer.zipped_message if is_zipped else answer.message

    def _zips(self, length: int, headers: list[tuple[bytes, bytes]]) -> bool:
        """Tell whether a body is to be compressed for a client that sent `headers`."""
        settings = self._settings
        return (
            settings.pistat_compression
            and length > settings.pistat_min_compress_size
            and any(name == b"accept-encoding" and b"gzip" in value for name, value in headers)
        )

    def _good(self, request: Request, body: bytes, kind: str) -> Response:
        self._complaints.settle(request.scope["path"])
        if self._zips(len(body), request.scope["headers"]):
            return _response(gzip.compress(body, 6), kind, headers={"content-encoding": "gzip"})
        return _response(body, kind)

    def _json(self, request: Request, body: Body) -> Response:
        return self._good(request, bodies.encoded(body), _JSON)

    def _too_many(self, wait: int) -> Response:
        limit = self._settings.pistat_rate_limit_requests
        body = bodies.too_many(limit, self._settings.pistat_rate_limit_window)
        return _response(bodies.encoded(body), _JSON, 429, {"retry-after": str(wait)})

    def _failed(self, request: Request, body: Body, error: Exception) -> Response:
        self._complaints.say(request.scope["path"], str(error))
        return _response(bodies.encoded(body), _JSON, 500)

    async def _get_page(self, request: Request) -> Response:
        return self._good(request, self._page, _HTML)

    async def _get_openapi(self, request: Request) -> Response:
        return self._good(request, self._openapi, _JSON)

    async def _get_metrics(self, request: Request) -> Response:
        latest = self._monitor.latest
        text = prometheus.text(latest) if latest else ""  # before the first reading
        return self._good(request, text.encode(), prometheus.CONTENT_TYPE)

    async def _get_health(self, request: Request) -> Response:
        try:
            body = self._monitor.health()
        except _FAULTS as error:
            return self._failed(request, bodies.unhealthy(error, time.time()), error)
        return self._json(request, body)

    async def _get_stats(self, request: Request) -> Response:
        query = _query(request)
        block, cache = query.get("block", ""), query.get("cache", "true")
        try:
            answer = await self._monitor.stats(
                block=block.lower() == "true", cache=cache.lower() == "true"
            )
        except _FAULTS as error:
            body = bodies.failed("collect system statistics", error, time.time())
            return self._failed(request, body, error)
        fields = query.get("fields", "")
        body = bodies.chosen(answer.body, fields)
        return self._good(request, bodies.encoded(body) if fields else answer.plain, _JSON)

    async def _get_processes(self, request: Request) -> Response:
        query = _query(request)
        try:
            limit = int(query.get("limit", "10"))
        except ValueError as error:
            body = bodies.failed("get process information", error)
            return _response(bodies.encoded(body), _JSON, 400)
        try:
            body = await self._monitor.processes(query.get("sort", "cpu"), limit)
        except _FAULTS as error:
            return self._failed(request, bodies.failed("get process information", error), error)
        return self._json(request, body)

    async def _get_interfaces(self, request: Request) -> Response:
        try:
            body = await self._monitor.interfaces()
        except _FAULTS as error:
            what = "get network interface information"
            return self._failed(request, bodies.failed(what, error), error)
        return self._json(request, body)

    async def _get_storage(self, request: Request) -> Response:
        try:
            body = await self._monitor.storage()
        except _FAULTS as error:
            what = "get storage device information"
            return self._failed(request, bodies.failed(what, error), error)
        return self._json(request, body)

    async def _get_history(self, request: Request) -> Response:
        query = _query(request)
        body = self._monitor.history(query.get("metric", ""), query.get("duration", ""))
        return self._json(request, body)

    async def _get_config(self, request: Request) -> Response:
        try:
            body = await self._monitor.config()
        except _FAULTS as error:
            return self._failed(request, bodies.failed("get system configuration", error), error)
        return self._json(request, body)


def _query(request: Request) -> dict[str, str]:
    """Return the parameters; of one that is repeated the first counts."""
    text = request.url.query
    return dict(reversed(parse_qsl(text, keep_blank_values=True)))


def _response(
    body: bytes, kind: str, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    return Response(body, status, {"content-type": kind, **(headers or {})})


def _error_page(status: int) -> Callable[[Request, Exception], Awaitable[Response]]:
    title, text = _ERRORS[status]
    body = (
        f"<!doctype html>\n<html lang=en>\n<title>{status} {title}</title>\n"
        f"<h1>{title}</h1>\n<p>{text}</p>\n"
    ).encode()

    async def answer(_request: Request, _error: Exception) -> Response:
        return _response(body, _HTML, status, {"allow": _ALLOWED} if status == 405 else None)

    return answer
