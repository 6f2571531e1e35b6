"""Where the pictures are that go over no topic."""

from collections.abc import Callable
from urllib.parse import urlencode

from media.display.discovery import facing
from media.http.picture_api import BITMAP
from media.settings import Settings

_ANYWHERE = "192.0.2.1"  # of a network for examples: what faces it faces the home's router


def bitmap_url(settings: Settings) -> Callable[[str, str], str | None]:
    """Return what gives the address of a display's picture, by its id and version.

    None where HTTP is off. Nobody has asked, so it is by the address of ours that faces the
    home's network, or by this host's name where there is none.
    """

    def url(id_: str, version: str) -> str | None:
        if not settings.media_http_port:
            return None
        try:
            host = facing(_ANYWHERE)
        except OSError:
            host = settings.mantel_node
        asked = urlencode({"display": id_, "version": version})
        return f"{settings.public_url(host)}{BITMAP}?{asked}"

    return url
