"""Messages of the Raspberry Pi's firmware mailbox: packing and unpacking. Pure.

A message is 32-bit little-endian words: size in bytes, 0, then one tag (id, size of its buffer,
0, buffer), then 0. The answer has 0x80000000 in the second word and the values in the buffer.
Source: the property interface as the Raspberry Pi firmware's wiki documents it.
"""

import struct

REVISION = 0x00000001
"""When the firmware was built, in Unix seconds."""
SERIAL = 0x00010004
"""The board's, 64 bits."""
VIDEO_MEMORY = 0x00010006
"""Bytes that the firmware keeps for the GPU, after their address."""
CLOCK_SET = 0x00030002
VOLTAGE = 0x00030003
TEMPERATURE = 0x00030006
"""In thousandths of a degree."""
THROTTLED = 0x00030046
CLOCK_MEASURED = 0x00030047
ARM, CORE, V3D, SDRAM = 3, 4, 5, 8  # clocks
CORE_VOLTAGE = 1

_ANSWERED = 0x80000000
_BUFFER_WORDS = 2
_FIRST_WORD = frozenset({REVISION, THROTTLED})


def request(tag: int, argument: int) -> bytearray:
    """Return the message that asks for `tag` of the thing `argument`."""
    words = (8 * 4, 0, tag, _BUFFER_WORDS * 4, 0, argument, 0, 0)
    return bytearray(struct.pack("<8I", *words))


def answer(message: bytes | bytearray, tag: int) -> int | None:
    """Return the value in an answered message, None when the firmware does not know the tag.

    Of REVISION and THROTTLED it is the first word of the buffer, of SERIAL both are the value,
    of the others it follows their id or address.
    """
    _, code, got, _, answered, first, second, _ = struct.unpack("<8I", message)
    if code != _ANSWERED or got != tag or not answered & _ANSWERED:
        return None
    value: int = first if tag in _FIRST_WORD else second
    return second << 32 | first if tag == SERIAL else value
