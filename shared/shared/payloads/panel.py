"""Button panels on a serial line. Pure."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from shared.payloads.time import Time

PanelProfile = Literal["v22", "v23", "v24", "v25"]
ButtonAction = Literal["press", "release"]


class PanelEvent(Struct, frozen=True, kw_only=True):
    """Something happened on a panel. Browsers obey `play` and `stop`."""

    event: Annotated[
        Literal["press", "release", "play", "stop", "ended"],
        Meta(description="What; ended: what played is over"),
    ]
    button: Annotated[
        int | None, Meta(description="Which button, from 1; null for a stop of everything")
    ] = None
    media: Annotated[
        int | None,
        Meta(description="Number of its picture and sound, from 0 or 1 as the panel counts"),
    ] = None
    sequence: Annotated[int, Meta(description="Counts this panel's events since the service began")]
    at: Annotated[Time, Meta(description="When")]


class PanelState(Struct, frozen=True, kw_only=True):
    """How a panel does; published for each configured port, connected or not."""

    node: Annotated[str, Meta(description="The host that it is plugged into")] = ""
    connected: Annotated[bool, Meta(description="Its port is open")]
    answering: Annotated[
        bool, Meta(description="It has said something within the last 45 s, or was opened in them")
    ]
    port: Annotated[str | None, Meta(description="Path of its port; null when none was found")]
    firmware: Annotated[str | None, Meta(description="What it says of its firmware")] = None
    profile: Annotated[PanelProfile, Meta(description="The protocol that it is spoken to in")]
    buttons: Annotated[int, Meta(ge=1, le=100, description="How many buttons it has")]
    first_media: Annotated[
        int, Meta(ge=0, le=1, description="Number of the first button's picture and sound")
    ]
    active: Annotated[int | None, Meta(description="The button that plays now, from 1")] = None
    leds: Annotated[list[int], Meta(description="Buttons whose LED is on, as far as is known")] = []
