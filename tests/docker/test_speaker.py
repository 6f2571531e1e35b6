"""The own speaker of `media` in its container, with a sound card that is a file."""

from pathlib import Path

import pytest

from tests.docker.stack import Stack

pytestmark = pytest.mark.docker

CARD = """
pcm.!default {
    type file
    slave.pcm null
    file /heard/sound.raw
    format raw
}
"""
PROGRAM = """
import asyncio
from concurrent.futures import ThreadPoolExecutor

from media.audio.sound import Form
from media.audio.speaker import Speaker

blocks = (bytes([number]) * 4096 for number in range(1, 40))
assert asyncio.run(Speaker(ThreadPoolExecutor(1)).play(blocks, Form(44100, 2), lambda: True))
"""


def test_the_sound_reaches_the_card(stack: Stack, tmp_path: Path):
    """As the service runs there: read-only, as its user, in its groups."""
    heard = tmp_path / "heard"
    heard.mkdir()
    heard.chmod(0o777)
    card = tmp_path / "asound.conf"
    card.write_text(CARD)
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(folder.stat().st_mode | 0o055)
    stack.docker(
        "compose", "run", "--rm", "--no-deps", "-T", "-v", f"{card}:/etc/asound.conf:ro",
        "-v", f"{heard}:/heard", "media", "python", "-E", "-", stdin=PROGRAM,
    )  # fmt: skip
    sound = b"".join(bytes([number]) * 4096 for number in range(1, 40))
    # ALSA fills its last period with silence
    assert (heard / "sound.raw").read_bytes().rstrip(b"\0") == sound
