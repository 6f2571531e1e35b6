"""Every profile can show a picture."""

import pytest

from media.bitmap.pack import FORMATS, ColourPacking
from media.bitmap.prepared import prepare
from media.bitmap.profiles import PROFILES
from media.bitmap.screen import RLCD
from tests.media.bitmap.pictures import photo, saved
from tests.media.bitmap.unpacked import INKS

BYTES = {
    "rlcd-200x200": 5000,
    "mono-800x480": 48_000,
    "gray4-800x480": 96_000,
    "bwr-800x480": 96_000,
    "waveshare-7colour-800x480": 192_000,
    "gdey-7colour-800x480": 192_000,
    "spectra6-800x480": 192_000,
    "spectra6-1200x1600": 960_000,
    "trmnl-og-bmp": 48_062,
    "oled-128x64": 1024,
    "lcd-320x240": 153_600,
    "lcd-480x480": 460_800,
}
"""What the devices' documents say of the usual ones."""


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_shows_a_picture(name: str) -> None:
    """In its own size, as many bytes as its device takes, all of its inks with a code."""
    screen = PROFILES[name]
    if isinstance(FORMATS[screen.format].packing, ColourPacking):
        assert screen.inks == ()
    else:
        assert len(screen.inks) == INKS[screen.format][0]
        assert len({ink.name for ink in screen.inks}) == len(screen.inks)
    frame = prepare(saved(photo((64, 48))), screen, "cover").frame
    assert (frame.width, frame.height) == (screen.width, screen.height)
    assert len(frame.packed) == BYTES.get(name, len(frame.packed))
    assert len(frame.packed) <= (screen.most_bytes or len(frame.packed))


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_can_be_right(name: str) -> None:
    """Its greys go from dark to light, and a partial refresh takes no longer than a full one."""
    screen = PROFILES[name]
    greys = [sum(ink.rgb) for ink in screen.inks if not ink.coloured]
    assert greys == sorted(set(greys))
    assert screen.refresh.seconds > 0
    assert (screen.refresh.partial_seconds or 0) <= screen.refresh.seconds
    # paper with colours has no partial refresh
    assert not screen.coloured or screen.refresh.partial_seconds is None


def test_the_rlcd_is_the_one_behind_port_8766() -> None:
    """One screen, two names."""
    assert PROFILES["rlcd-200x200"] is RLCD
