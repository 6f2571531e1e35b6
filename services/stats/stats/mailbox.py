"""Asks the Raspberry Pi's firmware by its mailbox, a device node of the kernel."""

import fcntl
import struct
from pathlib import Path

from stats import firmware

# _IOWR(100, 0, char *): the size is that of a pointer
_PROPERTY = 0xC000_0000 | struct.calcsize("P") << 16 | 100 << 8

Question = tuple[int, int]
"""A tag, and of which thing."""


class Mailbox:
    """The mailbox behind a device node, which need not be there."""

    def __init__(self, node: Path) -> None:
        self._node = node

    def ask(self, *questions: Question) -> list[int | None]:
        """Return an answer for each question, None where there is none; some 20 us each."""
        try:
            device = self._node.open("rb", buffering=0)
        except OSError:
            return [None] * len(questions)
        with device:
            return [_ask(device.fileno(), tag, argument) for tag, argument in questions]


def _ask(descriptor: int, tag: int, argument: int) -> int | None:
    message = firmware.request(tag, argument)
    try:
        fcntl.ioctl(descriptor, _PROPERTY, message)
    except OSError:  # no mailbox behind this node
        return None
    return firmware.answer(message, tag)
