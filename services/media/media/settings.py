"""What can be set of `media`, beside what every service has."""

from typing import Annotated, ClassVar

from msgspec import Meta

from shared.settings import Settings as Base


class Settings(Base, frozen=True, kw_only=True):
    """Settings of `media`."""

    prefixes: ClassVar[tuple[str, ...]] = (*Base.prefixes, "MEDIA_")

    media_assets: Annotated[str, Meta(description="Folder of sounds and pictures")] = "assets"
    media_state: Annotated[str, Meta(description="Database of what must outlive a restart")] = (
        "data/media.sqlite"
    )
    media_speaker: Annotated[
        bool, Meta(description="Play an alarm that nobody hears on this machine's own speaker")
    ] = False
