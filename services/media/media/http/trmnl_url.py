"""Where TRMNL devices ask, and the addresses that they are told. Pure.

A device knows one base, which somebody typed, and puts /api/... behind it as it stands. It shows
its token only to addresses that begin with that base, so a picture's address is made from the
request, with what stood in front of /api in it: a slash too many, or a folder of a proxy.
"""

import hashlib
import hmac
import re
from typing import NamedTuple

from media.display.display import Display

_PATH = re.compile(
    r"(?P<prefix>/.{0,200}?|)/api/"
    r"(?:(?P<what>setup|display|log)|trmnl/(?P<id>[a-z0-9_-]{1,64})/(?P<file>[a-z0-9_.-]{1,64}))/?"
)
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?")
_METHODS = {"setup": ("GET", "OPTIONS"), "log": ("POST", "OPTIONS")}


SETUP, DISPLAY, LOG = "/api/setup", "/api/display", "/api/log"
IMAGE = "/api/trmnl/{id}/{file}"


class Route(NamedTuple):
    """What a path asks for: setup, display, log, or the image `file` of the display `id`."""

    what: str
    prefix: str
    id: str = ""
    file: str = ""

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods that are served; a HEAD must not pair."""
        return _METHODS.get(self.what, ("GET", "HEAD", "OPTIONS"))


PATHS = {
    SETUP: Route("setup", "").methods,
    DISPLAY: Route("display", "").methods,
    LOG: Route("log", "").methods,
    IMAGE: Route("image", "").methods,
}
"""Each kind of path with its methods."""


def route(path: str) -> Route | None:
    """Return what a path asks for, None when it is not one of ours; with a slash behind it too."""
    found = _PATH.fullmatch(path)
    if found is None:
        return None
    what = found["what"] or "image"
    return Route(what, found["prefix"], found["id"] or "", found["file"] or "")


def base_url(public_url: str, port: int, host: str, prefix: str) -> str:
    """Return the base that a device has used.

    `public_url` is MEDIA_PUBLIC_URL and `port` MEDIA_HTTP_PORT; `host` is the Host header, which
    tells a port that was mapped too.
    """
    found = _HOST.fullmatch(host)
    name = found[1] if found else "localhost"
    whole = host if found else f"localhost:{port}"
    url = public_url.replace("{host}:{port}", whole).replace("{host}", name)
    url = url.replace("{port}", str(port)).rstrip("/")
    # A proxy with a folder of its own may have left it in the path
    has_path = "/" in url.partition("://")[2]
    return url if has_path else url + prefix


def image_path(display: Display, file: str) -> str:
    """Return the path of an image, with a key: some devices show no token when they fetch it."""
    return f"/api/trmnl/{display.id}/{file}?key={_key(display, file)}"


def opens(display: Display, file: str, key: str) -> bool:
    """Tell whether a key is that of an image; one is void when the display's token is."""
    if not display.token_hash or not key.isascii():
        return False
    return hmac.compare_digest(_key(display, file), key)


def _key(display: Display, file: str) -> str:
    return hmac.new(display.token_hash.encode(), file.encode(), hashlib.sha256).hexdigest()[:32]
