"""The pictures that displays have taken lately, to compare the next ones with. Pure.

Those that are too old to be here are refreshed in full, which is always right.
"""

from collections import OrderedDict

from media.bitmap.frame import Frame
from media.display.difference import difference
from media.display.refresh import Difference

_MOST_BYTES = 4_000_000
"""Some eighty pictures of a large paper in two inks, most of which are kept elsewhere too."""


class Recent:
    """Packed pictures by their version; the one that was wanted longest ago goes first."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._most = most_bytes
        self._bytes = 0
        self._frames: OrderedDict[str, Frame] = OrderedDict()

    def keep(self, frame: Frame) -> None:
        """Keep a picture that a display takes."""
        if frame.version not in self._frames:
            self._bytes += len(frame.packed)
        self._frames[frame.version] = frame
        self._frames.move_to_end(frame.version)
        while self._bytes > self._most:
            self._bytes -= len(self._frames.popitem(last=False)[1].packed)

    def change(self, version: str, frame: Frame) -> Difference | None:
        """Return how a picture differs from one before; None: it does not, or that is unknown."""
        before = self._frames.get(version)
        if before is None or version == frame.version:
            return None
        return difference(before, frame)
