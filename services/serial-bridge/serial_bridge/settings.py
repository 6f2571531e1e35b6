"""What can be set of `serial-bridge`, beside what every service has."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from serial_bridge.ports import parse_ports
from shared.settings import Settings as Base


class Settings(Base, frozen=True, kw_only=True):
    """Settings of `serial-bridge`."""

    prefixes: ClassVar[tuple[str, ...]] = (*Base.prefixes, "SERIAL_BRIDGE_")

    serial_bridge_ports: Annotated[
        tuple[str, ...],
        Meta(
            description="Panels, comma separated, each `name=path`; "
            "empty: the Espressif ports that are found",
        ),
    ] = ()
    serial_bridge_profile: Annotated[
        Literal["auto", "v22", "v23", "v24", "v25"],
        Meta(description="Protocol of the panels' firmware; auto: asked"),
    ] = "auto"
    serial_bridge_buttons: Annotated[int, Meta(ge=1, le=100, description="Buttons of a panel")] = 10
    serial_bridge_play_timeout_seconds: Annotated[
        int, Meta(ge=1, le=86400, description="When what no browser ended is taken as over")
    ] = 300

    def problems(self) -> list[str]:
        """Name the first entry of `SERIAL_BRIDGE_PORTS` that cannot be used."""
        try:
            parse_ports(self.serial_bridge_ports)
        except ValueError as error:
            return [f"SERIAL_BRIDGE_PORTS={error}"]
        return []
