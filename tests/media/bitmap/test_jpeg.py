"""JPEG, as small decoders want it."""

import io

from PIL import Image

from media.bitmap.frame import ColourFrame
from media.bitmap.pack import FORMATS, pack
from tests.media.bitmap.pictures import photo


def test_a_photo_can_be_read_back_nearly_as_it_was() -> None:
    """Baseline: its frame begins with FFC0, not with FFC2 as a progressive one."""
    size = (201, 99)
    planes = [photo(size).rotate(turn).tobytes() for turn in (0, 180)]
    frame = ColourFrame(*size, planes[0], planes[1], planes[0])
    data = pack(frame, FORMATS["jpeg"]).packed
    assert b"\xff\xc0" in data
    assert b"\xff\xc2" not in data
    with Image.open(io.BytesIO(data)) as image:
        assert (image.format, image.size, image.mode) == ("JPEG", size, "RGB")
        found = image.tobytes()
    assert max(abs(a - b) for a, b in zip(found[0::3], planes[0], strict=True)) < 24
    assert max(abs(a - b) for a, b in zip(found[1::3], planes[1], strict=True)) < 24
    assert data == pack(frame, FORMATS["jpeg"]).packed
