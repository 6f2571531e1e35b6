"""The pictures of TRMNL devices, which are told a name first and fetch the picture by it then."""

from collections import OrderedDict
from datetime import datetime

from msgspec.structs import replace

from media.bitmap.frame import Frame
from media.bitmap.pack import FORMATS
from media.display.display import Display
from media.display.pictures import Pictures
from media.display.registry import Registry
from media.display.schedule import Mode
from media.display.trmnl_name import file_name, of_file, of_version, spoiled, with_name

_MOST_BYTES = 2_000_000
_SETUP = "setup"


class TrmnlPictures:
    """Gives names to the versions that displays show; the registry keeps these."""

    def __init__(self, registry: Registry, pictures: Pictures) -> None:
        self._registry = registry
        self._pictures = pictures
        self._announced: OrderedDict[str, Frame] = OrderedDict()

    async def setup(self, display: Display) -> str:
        """Return the file of the picture of a display that has just joined."""
        return f"{_SETUP}.{_ending(await self._pictures.picture(display, 'boot'))}"

    async def until(self, display: Display, mode: Mode) -> datetime | None:
        """Return when another picture is due, as far as is known."""
        return (await self._pictures.order(display, mode)).until_at

    async def due(self, display: Display, mode: Mode) -> tuple[str, str]:
        """Return the name of the picture that is due, and its file; UnknownError.

        The picture stays ready: the display fetches it even when another is due by then.
        """
        frame = await self._pictures.picture(display, mode)
        self._keep(frame)
        name = await self._name(display, frame.version)
        return name, f"{name}.{_ending(frame)}"

    async def fetched(self, display: Display, file: str) -> Frame:
        """Return the picture of a file; when that is gone, the one that is due now."""
        file = file.rpartition(".")[0]
        if file == _SETUP:
            return await self._pictures.picture(display, "boot")
        name = of_file(display.names, file)
        if name is not None and (frame := self._announced.get(name.version)) is not None:
            return frame
        now, zone = self._registry.now(), self._registry.zone(display)
        frame = await self._pictures.picture(display, display.mode_at(now, zone))
        if name is not None and name.version != frame.version:
            # The device keeps this one under that name, which must not come again
            await self._registry.override(
                display.id, lambda each: replace(each, names=spoiled(each.names, name))
            )
        return frame

    async def _name(self, display: Display, version: str) -> str:
        now = int(self._registry.now().timestamp())
        name = of_version(display.names, version, now)
        if name is None:
            await self._registry.override(
                display.id, lambda each: replace(each, names=with_name(each.names, version, now))
            )
            names = self._registry.get(display.id).names
            name = of_version(names, version, now) or names[-1]
        return file_name(display.id, name)

    def _keep(self, frame: Frame) -> None:
        self._announced[frame.version] = frame
        self._announced.move_to_end(frame.version)
        size = sum(len(each.packed) for each in self._announced.values())
        while size > _MOST_BYTES and len(self._announced) > 1:
            size -= len(self._announced.popitem(last=False)[1].packed)


def media_type(frame: Frame) -> str:
    """Return what HTTP calls a picture, without parameters: the firmware takes only that."""
    return FORMATS[frame.format].media_type


def _ending(frame: Frame) -> str:
    return media_type(frame).rpartition("/")[2]
