"""Pictures of every kind, whole and broken, small and far too large."""

import functools
import random
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from media.bitmap import picture, scaling
from media.bitmap.header import picture_size
from media.bitmap.picture import PictureError, open_picture
from media.bitmap.scaling import UPRIGHT
from shared.testing import TIMEOUT_SECONDS
from tests.media.bitmap.pictures import blank, halves, photo, saved
from tests.media.bitmap.test_saliency import scene


def opened(source: bytes | Path, width: int = 200, height: int = 200) -> Image.Image:
    return open_picture(source, width, height)


def grey(image: Image.Image, x: int, y: int) -> int:
    return image.convert("L").tobytes()[y * image.width + x]


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP"])
def test_each_format_can_be_opened(form: str, tmp_path: Path) -> None:
    """From bytes and from a file, whatever that is called."""
    data = saved(halves(), form)
    (tmp_path / "no ending").write_bytes(data)
    for image in (opened(data), opened(tmp_path / "no ending")):
        assert image.size == (200, 200)
        assert grey(image, 20, 100) < 10
        assert grey(image, 180, 100) > 245


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA"])
def test_a_file_may_be_a_bmp(mode: str, tmp_path: Path) -> None:
    """What is sent to a display may not."""
    data = saved(halves().convert(mode), "BMP")
    (tmp_path / "a.bmp").write_bytes(data)
    assert picture_size(tmp_path / "a.bmp") == (200, 200)
    image = opened(tmp_path / "a.bmp")
    assert (grey(image, 20, 100) < 10, grey(image, 180, 100) > 245) == (True, True)
    for length in (len(data) // 2, 20, 3):
        (tmp_path / "a.bmp").write_bytes(data[:length])
        with pytest.raises(PictureError):
            opened(tmp_path / "a.bmp")
    with pytest.raises(PictureError, match="is no PNG"):
        opened(data)
    huge = data[:18] + struct.pack("<ii", 40_000, 40_000) + data[26:]
    (tmp_path / "a.bmp").write_bytes(huge)
    with pytest.raises(PictureError, match="is too large"):
        opened(tmp_path / "a.bmp")


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_what_is_transparent_is_white(mode: str) -> None:
    """And what is half transparent is half way to white."""
    image = blank(mode, colour=(0,) * len(mode))
    image.paste((0,) * (len(mode) - 1) + (128,), (100, 0, 200, 200))
    result = opened(saved(image))
    assert grey(result, 20, 100) == 255
    assert grey(result, 180, 100) == 127


def test_transparent_colours_of_palettes_are_white() -> None:
    """In PNG and GIF, with one transparent colour and with shades of it."""
    image = blank("P", colour=0)
    image.putpalette([0, 0, 0, 0, 0, 0, 0, 0, 0])
    image.paste(1, (100, 0, 200, 200))
    for data in (
        saved(image, "PNG", transparency=0),
        saved(image, "GIF", transparency=0),
        saved(image, "PNG", transparency=b"\x00\xff\xff"),
        saved(blank("L", colour=7), "PNG", transparency=7),
        saved(blank("RGB", colour=(7, 8, 9)), "PNG", transparency=(7, 8, 9)),
    ):
        assert grey(opened(data), 20, 100) == 255
    assert grey(opened(saved(image, "PNG", transparency=0)), 180, 100) == 0


def test_16_bits_keep_their_shades() -> None:
    """A plain conversion would show all but the darkest 1/256 as white."""
    image = blank("I;16", colour=0x8000)
    assert grey(opened(saved(image)), 100, 100) in {127, 128}
    deep = b"".join(b"\x00" + b"\x80\x00" * 3 * 4 for _ in range(4))
    assert grey(opened(png(4, 4, deep, bits=16, colour=2)), 100, 100) == 128


def test_cmyk_is_read_as_the_colour_that_it_is() -> None:
    """Printers' JPEG."""
    result = opened(saved(blank("CMYK", colour=(0, 0, 0, 0)), "JPEG"))
    assert grey(result, 100, 100) == 255
    assert grey(opened(saved(blank("CMYK", colour=(0, 0, 0, 255)), "JPEG")), 100, 100) < 5


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_stands_upright(orientation: int) -> None:
    """Whichever way the camera was held: the black corner is at the top left."""
    upright = blank("RGB", (160, 80))
    upright.paste("black", (0, 0, 40, 20))
    undone = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # as Image.Transpose numbers them
    held = upright
    if orientation > 1:
        held = upright.transpose(Image.Transpose(undone[orientation]))
    exif = Image.Exif()
    exif[0x0112] = orientation
    result = opened(saved(held, "JPEG", exif=exif, quality=95), 160, 80)
    corners = [grey(result, x, y) < 128 for x, y in ((10, 5), (150, 5), (10, 75), (150, 75))]
    assert corners == [True, False, False, False]


def test_of_a_jpeg_with_more_pictures_behind_it_the_first_is_shown(tmp_path: Path) -> None:
    """As phones and cameras write them: MPO. It is as upright, and as large, as any JPEG."""
    exif = Image.Exif()
    exif[0x0112] = 6
    file = tmp_path / "phone.jpg"
    others = [blank(size=(40, 30), colour="red")]
    halves((300, 200)).save(file, "MPO", save_all=True, append_images=others, exif=exif)
    assert picture_size(file) == (200, 300)
    shown = open_picture(file, 200, 300).convert("L")
    assert (shown.getpixel((100, 50)), shown.getpixel((100, 250))) == (0, 255)


def test_of_a_moving_picture_the_first_frame_is_shown() -> None:
    """GIF and WebP."""
    for form in ("GIF", "WEBP"):
        data = saved(
            blank(colour="black"), form, save_all=True, append_images=[blank(colour="white")]
        )
        assert grey(opened(data), 100, 100) < 5


def test_contain_shows_all_and_cover_fills() -> None:
    """Centred both ways; a picture smaller than the display is enlarged."""
    wide = saved(halves((60, 30)))
    contained = opened(wide)
    assert [grey(contained, 10, y) for y in (20, 100, 180)] == [255, 0, 255]
    covered = open_picture(wide, 200, 200, "cover")
    assert [grey(covered, x, 5) for x in (5, 60, 140, 195)] == [0, 0, 255, 255]
    tall = saved(halves((300, 6000)))
    assert [grey(opened(tall), x, 100) for x in (90, 96, 104, 110)] == [255, 0, 255, 255]
    assert open_picture(tall, 200, 200, "cover").size == (200, 200)


@pytest.mark.parametrize("size", [(1, 1), (30_000, 1), (1, 30_000), (201, 199)])
def test_odd_sizes_are_fitted(size: tuple[int, int]) -> None:
    """Also those that scaling would take to nothing, or to millions of pixels."""
    data = saved(blank("1", size, 0))
    assert opened(data).size == (200, 200)
    assert grey(open_picture(data, 200, 200, "cover"), 100, 100) == 0


def test_a_large_picture_is_reduced_in_strips_as_well_as_whole() -> None:
    """The same as reducing it at once."""
    large = photo((1777, 1333)).convert("RGBA")
    result = opened(saved(large), 200, 150)
    expected = large.convert("RGB").reduce(4).resize((200, 150), Image.Resampling.LANCZOS)
    worst = max(abs(a - b) for a, b in zip(result.tobytes(), expected.tobytes(), strict=True))
    assert worst <= 1


@pytest.mark.parametrize("fit", ["cover", "contain"])
@pytest.mark.parametrize("size", [(1500, 1300), (1300, 1500), (2400, 900)])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
def test_a_picture_that_is_made_in_strips_is_as_one_that_is_not(
    monkeypatch: pytest.MonkeyPatch, mode: str, size: tuple[int, int], fit: scaling.Fit
) -> None:
    source = _noise(mode)
    in_strips = picture.open_picture(source, *size, fit)
    monkeypatch.setattr(scaling, "_STRIP_PIXELS", 1 << 30)
    whole = picture.open_picture(source, *size, fit)
    assert max(band[1] for band in _bands(ImageChops.difference(in_strips, whole))) <= 2


@functools.cache
def _noise(mode: str) -> bytes:
    """Return a large PNG: packing it takes longer than what is done with it."""
    # Far from black and white, where Pillow cuts off what lies beyond between its two passes
    bands = [Image.effect_noise((2600, 2300), 20) for _ in "RGB"]
    image = Image.merge("RGB", bands)
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    return saved(image.convert(mode), "PNG", compress_level=1)


def _bands(image: Image.Image) -> list[tuple[int, int]]:
    """Return the least and the greatest value of each band."""
    found = image.getextrema()
    return list(found) if isinstance(found[0], tuple) else [found]  # type: ignore[list-item]


def png(width: int, height: int, rows: bytes, *, bits: int = 8, colour: int = 0) -> bytes:
    """Return a PNG made by hand, for what Pillow does not write."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def test_a_bomb_is_refused_by_its_header() -> None:
    """A few bytes that would become gigabytes; nothing of it is decoded."""
    with pytest.raises(PictureError, match="is too large: 10000 megapixels .* 40000 MB"):
        opened(png(100_000, 100_000, b"", colour=2))
    with pytest.raises(PictureError, match="too large"):
        opened(png(8000, 8000, b"", colour=6))
    gif = bytearray(saved(blank("P", (8, 8), 0), "GIF"))
    gif[6:10] = struct.pack("<HH", 65535, 65535)
    with pytest.raises(PictureError, match="too large"):
        opened(bytes(gif))


def resized_jpeg(width: int, height: int, **options: bool) -> bytes:
    """Return a JPEG whose header says another size than it has."""
    data = bytearray(saved(photo((64, 64)).convert("RGB"), "JPEG", **options))
    place = max(data.find(b"\xff\xc0"), data.find(b"\xff\xc2"))
    data[place + 5 : place + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def test_a_jpeg_in_several_scans_counts_at_its_full_size() -> None:
    """It cannot be decoded smaller than it is: what has come must be kept until the last scan."""
    large = resized_jpeg(12_000, 9000, progressive=True)
    with pytest.raises(PictureError, match="is too large: 108 megapixels .* not progressive"):
        opened(large)
    plain = bytearray(resized_jpeg(12_000, 9000))
    scan = plain.find(b"\xff\xda")
    plain[scan : scan + 14] = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"\x00" * 4
    with pytest.raises(PictureError, match="too large"):
        opened(bytes(plain))
    assert opened(saved(photo((900, 700)).convert("RGB"), "JPEG", progressive=True))


def test_a_huge_jpeg_is_decoded_as_small_as_it_may_be() -> None:
    """Where twice the size that is wanted would be too much."""
    assert open_picture(resized_jpeg(12_000, 9000), 1600, 1200, "cover").size == (1600, 1200)
    with pytest.raises(PictureError, match="is too large"):
        open_picture(resized_jpeg(12_000, 9000), 5000, 5000, "cover")


def test_a_truncated_file_is_said_to_be_so() -> None:
    """All formats, cut at the middle and in the header."""
    for form in ("PNG", "JPEG", "GIF", "WEBP"):
        data = saved(photo((400, 400)).convert("RGB"), form)
        for length in (len(data) // 2, 20, 1, 0):
            with pytest.raises(PictureError, match="is (broken|no PNG)"):
                opened(data[:length])


def test_what_is_no_picture_is_said_to_be_none(tmp_path: Path) -> None:
    """Also pictures of formats that are not meant; and a file that cannot be opened."""
    for data in (b"hello", b"{}", bytes(1000), saved(blank(), "BMP"), saved(blank(), "TIFF")):
        with pytest.raises(PictureError, match="is no PNG, JPEG, GIF or WebP"):
            opened(data)
    with pytest.raises(PictureError, match="No such file"):
        opened(tmp_path / "none.png")


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP"])
def test_files_broken_at_random_are_shown_or_refused(form: str) -> None:
    """Never another error, and no warning (which would be one here)."""
    dice = random.Random(form)
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x011A] = 72.0
    whole = saved(photo((40, 40)).convert("RGB"), form, **({} if form == "GIF" else {"exif": exif}))
    refused = 0
    for _ in range(400):
        data = bytearray(whole)
        for _ in range(dice.randint(1, 6)):
            data[dice.randrange(min(len(data), 300))] = dice.randrange(256)
        try:
            assert opened(bytes(data), 20, 20).size == (20, 20)
        except PictureError:
            refused += 1
    assert 0 < refused < 400


PEAK = """
import sys
from pathlib import Path
from media.bitmap.picture import PictureError, open_picture
def peak():
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return line.split()[1]
before = peak()
try:
    open_picture(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), "cover")
    print("shown", before, peak())
except PictureError as error:
    print("refused", before, peak())
"""


def peak_kilobytes(
    file: Path, result: str = "shown", size: tuple[int, int] = (200, 200)
) -> tuple[int, int]:
    """Return the most memory of a process before and after it opened (or refused) a picture."""
    done = subprocess.run(
        [sys.executable, "-c", PEAK, file, *map(str, size)],
        capture_output=True, text=True, check=True, timeout=6 * TIMEOUT_SECONDS,
    )  # fmt: skip
    told, before, after = done.stdout.split()
    assert told == result
    return int(before), int(after)


def test_48_megapixels_fit_into_32_megabytes(tmp_path: Path) -> None:
    """The interpreter included; decoded whole they would take 192."""
    file = tmp_path / "large.jpg"
    photo((8000, 6000)).convert("RGB").save(file, "JPEG")
    assert peak_kilobytes(file)[1] <= 32_000


@pytest.mark.parametrize("size", [(200, 200), (1600, 1200), (1200, 1600)])
def test_the_largest_that_is_opened_takes_what_is_said(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    """A PNG with alpha just below the limit: what was decoded, a strip at a time, the result."""
    side = int((picture.MOST_BYTES / 4) ** 0.5)
    file = tmp_path / "large.png"
    file.write_bytes(png(side, side, (b"\x00" + b"\x00\x00\x00\xff" * side) * side, colour=6))
    before, after = peak_kilobytes(file, size=size)
    assert after - before < (picture.MOST_BYTES + 32_000_000) / 1000


def test_a_webp_bomb_takes_no_memory(tmp_path: Path) -> None:
    """Its decoder is made before the size is known, and must not have touched its canvas."""
    data = bytearray(saved(photo((16, 16)).convert("RGB"), "WEBP", exif=b"x"))
    assert data[12:16] == b"VP8X"
    data[24:30] = (16_000 - 1).to_bytes(3, "little") * 2
    file = tmp_path / "bomb.webp"
    file.write_bytes(data)
    before, after = peak_kilobytes(file, "refused")
    assert after - before < 32_000


@pytest.mark.parametrize("orientation", range(1, 9))
def test_smart_keeps_what_is_to_be_seen(tmp_path: Path, orientation: int) -> None:
    """As the picture is seen, not as it lies in its file; `cover` cuts it off."""
    image = scene((600, 200), (540, 100))
    if orientation in UPRIGHT:
        back = {6: 8, 8: 6}.get(orientation, orientation)
        image = image.transpose(UPRIGHT[back])
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "a.jpg"
    image.save(path, "JPEG", exif=exif, quality=95)
    assert min(open_picture(path, 100, 100, "smart").convert("L").tobytes()) < 100
    assert min(open_picture(path, 100, 100, "cover").convert("L").tobytes()) > 140
