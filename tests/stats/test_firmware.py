"""Messages of the firmware's mailbox, against words as the documented interface lays them out."""

import struct

from stats import firmware


def test_a_request_is_laid_out_as_documented() -> None:
    """Size, request code, tag, buffer size, tag code, id, room for the value, end."""
    message = firmware.request(firmware.CLOCK_MEASURED, firmware.ARM)
    assert struct.unpack("<8I", message) == (32, 0, 0x00030047, 8, 0, 3, 0, 0)


def answered(tag: int, *values: int, code: int = 0x80000000, tag_code: int = 0x80000008) -> bytes:
    return struct.pack("<8I", 32, code, tag, 8, tag_code, *values, 0)


def test_answers() -> None:
    """A clock follows its id; the throttled word comes first."""
    clock = answered(firmware.CLOCK_MEASURED, 3, 1_500_000_000)
    assert firmware.answer(clock, firmware.CLOCK_MEASURED) == 1_500_000_000
    assert firmware.answer(answered(firmware.THROTTLED, 0x50005, 0), firmware.THROTTLED) == 0x50005


def test_what_is_no_answer() -> None:
    """An error code, another tag, or a tag that the firmware did not touch."""
    tag = firmware.VOLTAGE
    assert firmware.answer(answered(tag, 1, 2, code=0x80000001), tag) is None
    assert firmware.answer(answered(firmware.THROTTLED, 1, 2), tag) is None
    assert firmware.answer(answered(tag, 1, 2, tag_code=0), tag) is None
