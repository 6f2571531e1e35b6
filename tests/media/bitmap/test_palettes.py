"""The older server's palettes."""

import io

from PIL import Image

from media.bitmap.palettes import DEFAULT, PALETTES, palette, swatches


def test_each_has_its_size_and_no_colour_twice() -> None:
    assert [len(each) for each in PALETTES.values()] == [6, 15, 33, 65, 69, 10, 19, 2, 5, 18]
    for each in PALETTES.values():
        assert len(set(each)) == len(each)


def test_names_in_any_case() -> None:
    assert palette("Native-Skin ") == PALETTES["NATIVE_SKIN"]
    assert palette("shaded") == palette(DEFAULT)
    assert palette("pink") is None


def test_swatches_show_every_colour() -> None:
    """In any shape, also upright and tiny."""
    for size in ((1600, 1200), (480, 800), (100, 100)):
        for colours in PALETTES.values():
            image = Image.open(io.BytesIO(swatches(colours, *size)))
            assert image.size == size
            found = image.getcolors(256)
            assert found is not None
            assert len(found) == len(colours)
    assert Image.open(io.BytesIO(swatches(PALETTES["NATIVE"], 1, 1))).size == (1, 1)
