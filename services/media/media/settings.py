"""What can be set of `media`, beside what every service has."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from shared.settings import PortOrOff
from shared.settings import Settings as Base

_ALL = {"0.0.0.0", "::", ""}


class Settings(Base, frozen=True, kw_only=True):
    """Settings of `media`."""

    prefixes: ClassVar[tuple[str, ...]] = (*Base.prefixes, "MEDIA_")

    media_assets: Annotated[str, Meta(description="Folder of sounds and pictures")] = "assets"
    media_photos: Annotated[str, Meta(description="Folder of photos for displays")] = "photos"
    media_state: Annotated[str, Meta(description="Database of what must outlive a restart")] = (
        "data/media.sqlite"
    )
    media_sources: Annotated[
        str, Meta(description="File that names weather, calendars and news (docs/sources.md)")
    ] = "config/sources.toml"
    media_themes: Annotated[
        str, Meta(description="Folder of your own themes of dashboards (docs/dashboards.md)")
    ] = "config/themes"
    media_language: Annotated[
        Literal["en", "de"], Meta(description="Language of dashboards: English or German")
    ] = "en"
    media_speaker: Annotated[
        bool, Meta(description="Play an alarm that nobody hears on this machine's own speaker")
    ] = False
    media_http_host: Annotated[
        str, Meta(description="Address that the HTTP API of displays listens on")
    ] = "0.0.0.0"
    media_http_port: Annotated[
        PortOrOff, Meta(description="Port of the HTTP API of displays; 0: off")
    ] = 8000
    media_discovery_port: Annotated[
        PortOrOff,
        Meta(
            description="UDP port on which displays look for the hub; 0: off", extra={"udp": True}
        ),
    ] = 51234
    media_mdns: Annotated[
        bool,
        Meta(description="Announce the HTTP API by mDNS, as _mantel-display._tcp and _http._tcp"),
    ] = True
    media_public_url: Annotated[
        str,
        Meta(
            pattern=r"^https?://[^\s/]+(/\S*)?$",
            description="Where displays reach the HTTP API; {host} is the address of ours that "
            "faces the one who asks, {port} is MEDIA_HTTP_PORT",
        ),
    ] = "http://{host}:{port}"
    media_pages: Annotated[
        bool,
        Meta(
            description="Serve the pages that need no token: the home page, /dashboard, "
            "/bootstrap and /photo"
        ),
    ] = True
    media_join: Annotated[
        Literal["open", "approve", "closed"],
        Meta(
            description="Whether a new display joins at once, waits for `mantel display approve`, "
            "or is turned away"
        ),
    ] = "open"

    @property
    def media_http_only(self) -> str:
        """The one address of ours that the HTTP API is on; empty when it is on all."""
        return "" if self.media_http_host in _ALL else self.media_http_host

    def public_url(self, host: str) -> str:
        """Return where a display reaches us, by our address or name `host`."""
        url = self.media_public_url.replace("{host}", host)
        return url.replace("{port}", str(self.media_http_port)).rstrip("/")
