"""From the bytes of a serial line to its lines, however they are cut. Pure."""

import re

MOST_BYTES = 256
"""Longer lines are no panel's; what is longer is thrown away up to its end."""


_CONTROL = re.compile(r"[\x01-\x08\x0b-\x1f\x7f]")
"""But for the tabulator, which may stand between words."""


class Framer:
    r"""Joins what comes in pieces, with gaps of any length, and cuts it at \n, \r or \r\n.

    A line is told when its end has come and not before: a timeout in its middle would make
    `PRESS 01` of `PRESS 010`, and lose the rest. NULs (a break on the line reads as one) are
    left out, other bytes that are not ASCII, and control characters (a line may come to the log),
    stay as U+FFFD, so that their line fits nothing.
    """

    def __init__(self) -> None:
        self._part = b""
        self._skipping = False
        self.too_long = 0
        """How many lines were thrown away."""

    def feed(self, data: bytes) -> list[str]:
        """Return the lines that end in `data`, without blanks around them and empty ones."""
        *ended, rest = data.replace(b"\0", b"").replace(b"\r", b"\n").split(b"\n")
        lines = []
        for piece in ended:
            self._take(piece)
            text = self._part.decode("ascii", "replace").strip()
            if text:
                lines.append(_CONTROL.sub("\ufffd", text))
            self._part = b""
            self._skipping = False
        self._take(rest)
        return lines

    def skip(self) -> None:
        """Forget what has begun, and all up to the next end of a line: bytes were lost here."""
        self._part = b""
        self._skipping = True

    def reset(self) -> None:
        """Start anew: the port was opened again."""
        self._part = b""
        self._skipping = False

    def _take(self, piece: bytes) -> None:
        if self._skipping:
            return
        if len(self._part) + len(piece) > MOST_BYTES:
            self.too_long += 1
            self.skip()
            return
        self._part += piece
