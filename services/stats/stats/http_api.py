"""What each path of the HTTP API answers, and how.

Two things are decided here that the older system left to chance: a `limit` that is no number is
answered with 400 (it was 500, with the same keys), and one below zero is zero.
"""

import gzip
import logging
import re
import time
from collections.abc import Awaitable, Callable

from shared.complaints import Complaints
from shared.http.api import Api
from shared.http.message import Header, Request, Response
from stats import bodies, prometheus
from stats.bodies import Body
from stats.http_message import ALLOWED, HTML, JSON, ApiHeads, error_page
from stats.limiter import Limiter
from stats.monitor import Monitor
from stats.settings import Settings

log = logging.getLogger("stats.http")

_FAULTS = (OSError, ValueError, RuntimeError)
"""What reading a host may raise."""
_GZIP = re.compile(
    rb"(?:^|,)\s*(?:x-)?gzip\s*(?:,|$|;\s*q\s*=(?!\s*0(?:\.0*)?\s*(?:,|$)))", re.IGNORECASE
)
"""In Accept-Encoding: with a weight of 0 it is not wanted."""

Endpoint = Callable[[Request], Awaitable[Response]]


class HttpApi(Api):
    """Answers requests; `paths` has a function for each path, which takes the request."""

    def __init__(self, monitor: Monitor, settings: Settings) -> None:
        self._monitor = monitor
        self._settings = settings
        self.heads = ApiHeads(settings.pistat_cache_seconds)
        self._limiter = None
        if settings.pistat_rate_limit_enabled:
            self._limiter = Limiter(
                settings.pistat_rate_limit_requests, settings.pistat_rate_limit_window
            )
        self._complaints = Complaints(log)
        self.paths: dict[str, Endpoint] = {
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

    async def answer(self, request: Request) -> Response:
        """Answer one request; most of /stats take the short way by `kept`."""
        log.debug("%s %s %r", request.peer, request.method, request.target.decode("latin-1"))
        if self._limiter is not None:
            wait = self._limiter.refuse(request.peer, time.monotonic())
            if wait:
                return self._too_many(wait)
        if (request.method, request.target) == ("OPTIONS", b"*"):
            return Response(b"", HTML, headers=(ALLOWED,))
        if not request.path:
            return error_page(400, "This is no URL.")
        endpoint = self.paths.get(request.path)
        if endpoint is None:
            return error_page(404, "There is nothing at this URL; / lists what there is.")
        if request.method == "OPTIONS":
            return Response(b"", HTML, headers=(ALLOWED,))
        if request.method not in {"GET", "HEAD"}:
            return error_page(405, "This URL can only be read.")
        return await endpoint(request)

    def kept(self, request: Request) -> bytes | None:
        """Return the kept answer of /stats with its own headers, as they go over the wire.

        None when there is none, or when the request is another, or is refused.
        """
        if request.target != b"/stats" or request.method != "GET":
            return None
        answer = self._monitor.kept()
        if answer is None:
            return None
        if self._limiter is not None and self._limiter.refuse(request.peer, time.monotonic()):
            return None
        log.debug("%s GET '/stats'", request.peer)
        is_zipped = self._zips(len(answer.plain), request.headers)
        return answer.zipped_message if is_zipped else answer.message

    def refusal(self, status: int, text: str) -> Response:
        """Return an error as a page."""
        return error_page(status, text)

    def _zips(self, length: int, headers: list[Header]) -> bool:
        """Tell whether a body is to be compressed for a client that sent `headers`."""
        settings = self._settings
        return (
            settings.pistat_compression
            and length > settings.pistat_min_compress_size
            and any(name == b"accept-encoding" and _GZIP.search(value) for name, value in headers)
        )

    def _good(self, request: Request, body: bytes, kind: str) -> Response:
        self._complaints.settle(request.path)
        if self._zips(len(body), request.headers):
            zipped = gzip.compress(body, 6)
            return Response(zipped, kind, headers=(("content-encoding", "gzip"),))
        return Response(body, kind)

    def _json(self, request: Request, body: Body) -> Response:
        return self._good(request, bodies.encoded(body), JSON)

    def _too_many(self, wait: int) -> Response:
        limit = self._settings.pistat_rate_limit_requests
        body = bodies.too_many(limit, self._settings.pistat_rate_limit_window)
        return Response(bodies.encoded(body), JSON, 429, (("retry-after", str(wait)),))

    def _failed(self, request: Request, body: Body, error: Exception) -> Response:
        self._complaints.say(request.path, str(error))
        return Response(bodies.encoded(body), JSON, 500)

    async def _read(self, request: Request, what: str, body: Awaitable[Body]) -> Response:
        """Answer with a body that must be read first; `what` says so in words."""
        try:
            return self._json(request, await body)
        except _FAULTS as error:
            return self._failed(request, bodies.failed(what, error), error)

    async def _get_page(self, request: Request) -> Response:
        from stats.page import page  # half a megabyte, which few ever ask for

        return self._good(request, page(), HTML)

    async def _get_openapi(self, request: Request) -> Response:
        from stats.openapi import document  # not at the start either

        return self._json(request, document())

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
        query = request.query
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
        return self._good(request, bodies.encoded(body) if fields else answer.plain, JSON)

    async def _get_processes(self, request: Request) -> Response:
        query = request.query
        try:
            limit = int(query.get("limit", "10"))
        except ValueError as error:
            body = bodies.failed("get process information", error)
            return Response(bodies.encoded(body), JSON, 400)
        found = self._monitor.processes(query.get("sort", "cpu"), limit)
        return await self._read(request, "get process information", found)

    async def _get_interfaces(self, request: Request) -> Response:
        what = "get network interface information"
        return await self._read(request, what, self._monitor.interfaces())

    async def _get_storage(self, request: Request) -> Response:
        what = "get storage device information"
        return await self._read(request, what, self._monitor.storage())

    async def _get_config(self, request: Request) -> Response:
        return await self._read(request, "get system configuration", self._monitor.config())

    async def _get_history(self, request: Request) -> Response:
        query = request.query
        body = self._monitor.history(query.get("metric", ""), query.get("duration", ""))
        return self._json(request, body)
