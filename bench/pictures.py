"""What pictures cost: a photo of 48 megapixels in memory, a small one in time.

The peers are what is written first when nobody measures: open, convert, resize, and a loop over
the pixels.
"""

import io
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from bench.verdict import Outcome
from media.bitmap.frame import IndexFrame
from media.bitmap.ink import to_inks
from media.bitmap.pack import FORMATS, pack
from media.bitmap.picture import open_picture
from media.bitmap.screen import RLCD
from media.bitmap.tone import screen_light

_PEAK = """
from pathlib import Path
for line in Path("/proc/self/status").read_text().splitlines():
    if line.startswith("VmHWM"):
        print(int(line.split()[1]) * 1024 / 1_000_000)
"""

_OURS = """
from pathlib import Path
from media.bitmap.screen import RLCD
from media.bitmap.prepared import prepare
prepare(Path({file!r}), RLCD)
"""

_PEER = """
from PIL import Image
Image.MAX_IMAGE_PIXELS = None
with Image.open({file!r}) as image:
    image.convert("RGB").resize((200, 150), Image.Resampling.LANCZOS).convert("1").tobytes()
"""


def measure(directory: Path, *, quick: bool) -> list[Outcome]:
    """Weigh the large one, then time the small ones in turn with their peers."""
    rounds = 3 if quick else 9
    peaks = _peaks(directory / "large.jpg", 1 if quick else 3)
    page = _page()
    small = open_picture(page, 800, 480).convert("L")
    return [
        Outcome("photo-memory", *peaks),
        Outcome("photo-memory-alone", peaks[0]),
        Outcome("picture-packed", *_in_turn(lambda: _packed(page), lambda: _naive(page), rounds)),
        Outcome(
            "picture-dithered",
            *_in_turn(lambda: to_inks(small, RLCD, "dither"), lambda: _diffused(small), rounds),
        ),
    ]


def _peaks(file: Path, rounds: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the most memory of a process that shows a photo, ours and the peer's, in MB."""
    shades = Image.radial_gradient("L").resize((8000, 6000))
    noise = Image.effect_noise((1000, 1000), 40).resize((8000, 6000), Image.Resampling.NEAREST)
    Image.merge("RGB", (shades, noise, shades)).save(file, "JPEG", quality=85)
    ours, peer = [], []
    for _ in range(rounds):
        ours.append(_peak(_OURS.format(file=str(file))))
        peer.append(_peak(_PEER.format(file=str(file))))
    return tuple(ours), tuple(peer)


def _peak(code: str) -> float:
    done = subprocess.run(
        [sys.executable, "-c", code + _PEAK], capture_output=True, text=True, check=True, timeout=60
    )
    return float(done.stdout)


def _page() -> bytes:
    """Return a picture of 800x480 with shades, noise and an alpha channel, as PNG."""
    shades = Image.linear_gradient("L").resize((800, 480))
    noise = Image.effect_noise((800, 480), 60)
    file = io.BytesIO()
    Image.merge("RGBA", (shades, noise, shades, shades)).save(file, "PNG")
    return file.getvalue()


def _in_turn(
    ours: Callable[[], object], peer: Callable[[], object], rounds: int
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the CPU ms of both, one after the other in each round."""
    ours(), peer()
    times = [(_cpu_ms(ours), _cpu_ms(peer)) for _ in range(rounds)]
    return tuple(each for each, _ in times), tuple(each for _, each in times)


def _cpu_ms(work: Callable[[], object]) -> float:
    before = time.thread_time()
    work()
    return 1000 * (time.thread_time() - before)


def _packed(page: bytes) -> bytes:
    """Return the picture as the RLCD takes it."""
    image = open_picture(page, 200, 200, "cover")
    return pack(to_inks(image, RLCD, "threshold"), FORMATS[RLCD.format]).packed


def _naive(page: bytes) -> bytes:
    """Return the same, pixel by pixel."""
    with Image.open(io.BytesIO(page)) as image:
        alpha = image.convert("RGBA")
    white = Image.new("RGBA", alpha.size, "white")
    grey = Image.alpha_composite(white, alpha).convert("L")
    grey = grey.resize((200, 200), Image.Resampling.LANCZOS)
    packed = bytearray(5000)
    for y in range(200):
        for x in range(200):
            if grey.getpixel((x, y)) < 176:  # type: ignore[operator]
                packed[y * 25 + x // 8] |= 0x80 >> x % 8
    return bytes(packed)


def _diffused(image: Image.Image) -> IndexFrame:
    """Return the dots of Floyd and Steinberg in linear light, in plain Python."""
    width, height = image.size
    table = screen_light(RLCD.inks)
    shades = [float(table[byte]) for byte in image.tobytes()] + [0.0] * (width + 2)
    inks = bytearray(width * height)
    for y in range(height):
        for x in range(width):
            at = y * width + x
            shade = shades[at]
            if shade >= 128:
                inks[at] = 1
                shade -= 255
            if x + 1 < width:
                shades[at + 1] += shade * 7 / 16
                shades[at + width + 1] += shade / 16
            if x:
                shades[at + width - 1] += shade * 3 / 16
            shades[at + width] += shade * 5 / 16
    return IndexFrame(width, height, bytes(inks))
