"""Pictures that displays have taken lately."""

from media.bitmap.frame import Frame, IndexFrame
from media.bitmap.pack import FORMATS, pack
from media.display.recent import Recent
from media.display.refresh import Difference


def framed(number: int) -> Frame:
    """Return a picture of 8 x 8 dots: 8 bytes."""
    pixels = bytes(1 - (place < number) for place in range(64))
    return pack(IndexFrame(8, 8, pixels), FORMATS["mono-hmsb"])


def test_a_picture_is_compared_with_one_that_was_taken() -> None:
    recent = Recent()
    recent.keep(framed(0))
    assert recent.change(framed(0).version, framed(16)) == Difference(0.25, two_inks=True)
    assert recent.change(framed(16).version, framed(0)) is None
    assert recent.change(framed(0).version, framed(0)) is None


def test_there_is_room_for_some_bytes() -> None:
    """To take one again is no more bytes, and makes it the newest."""
    recent = Recent(most_bytes=24)
    for number in (0, 1, 2, 0, 3):
        recent.keep(framed(number))
    known = [n for n in range(4) if recent.change(framed(n).version, framed(9)) is not None]
    assert known == [0, 2, 3]
    tiny = Recent(most_bytes=7)
    tiny.keep(framed(0))
    assert tiny.change(framed(0).version, framed(9)) is None
