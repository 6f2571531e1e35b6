"""Opens pictures that others made, in a child: one that is broken, hostile or huge ends only that.

The child stays for a few seconds after each picture, since the next one may follow.
"""

from pathlib import Path
from typing import Self

import msgspec

from media.bitmap.picture import PictureError
from media.bitmap.prepared import Prepared
from media.bitmap.scaling import Fit
from media.bitmap.screen import Screen
from media.child_process import Child, ChildError, NoChildError
from media.darkroom_job import Made, Making


class Darkroom:
    """One picture at a time, whoever asks. The context's end ends the child."""

    def __init__(self, *, idle_seconds: float = 5.0, most_seconds: float = 60.0) -> None:
        self._child = Child("media.darkroom_child", idle_seconds=idle_seconds)
        self._most_seconds = most_seconds

    @property
    def pid(self) -> int | None:
        """The child while there is one."""
        return self._child.pid

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._child.close()

    async def prepared(
        self,
        source: Path | bytes,
        screen: Screen,
        fit: Fit = "contain",
        *,
        keep_pixels: bool = False,
    ) -> Prepared:
        """Return a picture ready for a screen, as `prepare` does.

        PictureError when it cannot be shown; NoChildError when nobody can tell just now.
        """
        named = {"path": str(source)} if isinstance(source, Path) else {"picture": source}
        making = Making(screen=screen, fit=fit, keep_pixels=keep_pixels, **named)
        question = msgspec.json.encode(making)
        try:
            made = msgspec.json.decode(await self._answer(question), type=Made)
        except NoChildError:
            raise
        except (ChildError, msgspec.MsgspecError) as error:
            raise PictureError(f"cannot be opened ({error})") from None
        if made.prepared is None:
            raise PictureError(made.error)
        return made.prepared

    async def _answer(self, question: bytes) -> bytes:
        try:
            return await self._child.ask(question, most_seconds=self._most_seconds)
        except ChildError as error:
            if error.late or isinstance(error, NoChildError):
                raise
        # It may have ended for the sake of one that it opened before
        return await self._child.ask(question, most_seconds=self._most_seconds)
