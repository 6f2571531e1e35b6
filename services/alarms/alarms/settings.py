"""What can be set of `alarms`, beside what every service has."""

from typing import Annotated, ClassVar

from msgspec import Meta

from shared.settings import Settings as Base


class Settings(Base, frozen=True, kw_only=True):
    """Settings of `alarms`."""

    prefixes: ClassVar[tuple[str, ...]] = (*Base.prefixes, "ALARMS_")

    alarms_config: Annotated[str, Meta(description="File of the alarms, edited by people")] = (
        "config/alarms.json"
    )
    alarms_state: Annotated[
        str, Meta(description="Database of what must outlive a restart: rings, snoozes, skips")
    ] = "data/alarms.sqlite"
    alarms_grace_seconds: Annotated[
        int,
        Meta(ge=0, le=86400, description="How late an alarm that was missed may still ring"),
    ] = 600
    alarms_session_days: Annotated[
        int,
        Meta(
            ge=0,
            le=36500,
            description="After how many days without use a session of the clock is deleted; "
            "0: never",
        ),
    ] = 365
