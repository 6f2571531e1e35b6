"""Messages of the Raspberry Pi's firmware mailbox: packing and unpacking. Pure.

A message is 32-bit little-endian words: size in bytes, 0, then one tag (id, size of its buffer,
0, buffer), then 0. The answer has 0x80000000 in the second word and the values in the buffer.
Source: the property interface as the Raspberry Pi firmware's wiki documents it.
"""

import struct

THROTTLED = 0x00030046
CLOCK_MEASURED = 0x00030047
VOLTAGE = 0x00030003
ARM, CORE = 3, 4  # clocks
CORE_VOLTAGE = 1

_ANSWERED = 0x80000000
_BUFFER_WORDS = 2


def request(tag: int, argument: int) -> bytearray:
    """Return the message that asks for `tag` of the thing `argument`."""
    words = (8 * 4, 0, tag, _BUFFER_WORDS * 4, 0, argument, 0, 0)
    return bytearray(struct.pack("<8I", *words))


def answer(message: bytes | bytearray, tag: int) -> int | None:
    """Return the value in an answered message, None when the firmware does not know the tag.

    The value of THROTTLED stands in the first word of the buffer, others follow their id.
    """
    _, code, got, _, answered, first, second, _ = struct.unpack("<8I", message)
    if code != _ANSWERED or got != tag or not answered & _ANSWERED:
        return None
    value: int = first if tag == THROTTLED else second
    return value
