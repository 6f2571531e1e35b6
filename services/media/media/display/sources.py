"""The contents of each mode, and those of the mode `boot`: who a display is."""

from datetime import datetime

from media.display.content import Content, Contents, Drawn
from media.display.display import Display
from media.display.schedule import Mode
from media.display.screens import screen_of
from media.display.splash import splash

_MOST_SPLASH = 1600


class ByMode:
    """Asks the contents of each mode; a mode without any has nothing to show."""

    def __init__(self, modes: dict[Mode, Contents]) -> None:
        self._modes = modes

    async def picture(self, display: Display, mode: Mode, now: datetime) -> Content | None:
        """Return what the contents of the mode have."""
        contents = self._modes.get(mode)
        return None if contents is None else await contents.picture(display, mode, now)


class Splash:
    """Who a display is: its id, what it has called itself, its size, and where its hub is."""

    async def picture(self, display: Display, mode: Mode, now: datetime) -> Content | None:  # noqa: ARG002
        """Return a page of text."""
        lines = (
            display.id,
            f"hardware id {display.hardware_id}",
            f"{display.width} x {display.height} pixels",
            f"hub {display.host}",
        )
        size = _at_most(*screen_of(display).size)
        return Content(Drawn("\n".join(lines), lambda: splash(lines, *size)), "boot")


def _at_most(width: int, height: int) -> tuple[int, int]:
    """Return a size of the same shape in which text can be laid out without much memory."""
    scale = min(1.0, _MOST_SPLASH / max(width, height))
    return max(1, int(width * scale)), max(1, int(height * scale))
