"""What can be set of `ws-bridge`, beside what every service has."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from shared.filters import filter_problem
from shared.settings import PortOrOff
from shared.settings import Settings as Base


class Settings(Base, frozen=True, kw_only=True):
    """Settings of `ws-bridge`."""

    prefixes: ClassVar[tuple[str, ...]] = (*Base.prefixes, "WS_BRIDGE_")

    ws_bridge_host: Annotated[str, Meta(description="Address to listen on, all ports")] = "0.0.0.0"
    ws_bridge_stats_port: Annotated[
        PortOrOff, Meta(description="Port of the RLCD dashboard's statistics; 0: off")
    ] = 8765
    ws_bridge_stats_node: Annotated[
        str,
        Meta(
            pattern=r"^[a-z0-9_-]{0,64}$",
            description="Host whose statistics that port shows",
            extra={"default": "`MANTEL_NODE`"},
        ),
    ] = ""
    ws_bridge_services_shape: Annotated[
        Literal["list", "map"],
        Meta(
            description="`services` in its frames: a list of {name, status}, "
            "or a map from name to status"
        ),
    ] = "list"
    ws_bridge_contents_port: Annotated[
        PortOrOff, Meta(description="Port of the RLCD dashboard's pictures and alarm sound; 0: off")
    ] = 8766
    ws_bridge_clock_port: Annotated[PortOrOff, Meta(description="Port of the clock; 0: off")] = 8901
    ws_bridge_alarm_format: Annotated[
        Literal["name", "json"],
        Meta(
            description="How a client of the clock is told what rings: a message each with its "
            "name, or one with a JSON array; ALRMFMT changes it for a connection"
        ),
    ] = "name"
    ws_bridge_relay_port: Annotated[
        PortOrOff, Meta(description="Port of the relay, for devices without MQTT; 0: off")
    ] = 8764
    ws_bridge_relay_open: Annotated[
        tuple[str, ...],
        Meta(
            description="Topic filters, comma separated and without the root, that everybody in "
            "the network may read through the relay without a token; empty: none"
        ),
    ] = ()
    ws_bridge_behind_proxy: Annotated[
        bool,
        Meta(
            description="Believe the X-Forwarded-For of who connects to the relay; only where "
            "nobody but a proxy that sets it reaches the port"
        ),
    ] = False
    ws_bridge_http_port: Annotated[
        PortOrOff, Meta(description="Port of the panel's page and its HTTP interface; 0: off")
    ] = 8080
    ws_bridge_panel_media: Annotated[
        str, Meta(description="Folder of the panel's pictures and sounds, NNN.jpg and NNN.mp3")
    ] = "assets/panel"

    def problems(self) -> list[str]:
        """Name the entries of `WS_BRIDGE_RELAY_OPEN` that are no topic filters."""
        return [
            f"WS_BRIDGE_RELAY_OPEN={text!r}: {problem}"
            for text in self.ws_bridge_relay_open
            if (problem := filter_problem(text)) is not None
        ]
