"""Our themes with all kinds of facts, on all screens that have a profile."""

import asyncio
import io

import pytest
from PIL import Image

from media.bitmap.profiles import PROFILES
from media.dashboard.dashboards import Dashboards, job_for, plain_screen
from media.dashboard.sample import Facts, sample
from media.dashboard.studio import Studio
from media.dashboard.theme import Theme
from media.dashboard.theme_folder import Themes, built_in, read_folder
from media.dashboard.words import LANGUAGES, Language
from shared.testing import TIMEOUT_SECONDS
from tests.media.dashboard.facts import NOW, facts

KINDS: tuple[Facts, ...] = ("sample", "long", "old", "none")
OURS = [read_folder(each.name, each) for each in sorted(built_in().iterdir())]


def test_there_are_those_that_the_docs_tell_of() -> None:
    """Upright, lying, four greys, small, a paper, and one for photos."""
    assert [each.name for each in OURS] == [
        "gray", "landscape", "newspaper", "photo", "portrait", "small",
    ]  # fmt: skip


@pytest.mark.parametrize("profile", PROFILES)
def test_every_profile_has_a_page(profile: str) -> None:
    """For dashboard and news, with full, long, old and no facts, in both languages."""

    async def work() -> None:
        screen = PROFILES[profile]
        async with Studio(most_seconds=6 * TIMEOUT_SECONDS) as studio:
            for kind in KINDS:
                language: Language = "de" if kind == "long" else "en"
                boards = Dashboards(Themes(built_in()), studio, LANGUAGES[language])
                dashboard = await boards.theme_for(screen, "dashboard")
                drawn = await boards.render(sample(NOW, kind), screen, dashboard)
                frame = drawn.frame
                assert (frame.width, frame.height) == (screen.width, screen.height)
                assert frame.format == screen.format
                if screen.most_bytes is not None:
                    assert len(frame.packed) <= screen.most_bytes
                assert len(set(Image.open(io.BytesIO(drawn.preview)).convert("L").tobytes())) > 1
                if kind == "sample":
                    again = await boards.render(sample(NOW, kind), screen, dashboard)
                    assert again.frame.version == frame.version

    asyncio.run(work())


@pytest.mark.parametrize("theme", OURS, ids=lambda theme: theme.name)
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_drawn_into_the_margin(theme: Theme, kind: Facts) -> None:
    """What is too long is cut or wrapped, never drawn over the right edge."""

    async def work() -> None:
        async with Studio(most_seconds=6 * TIMEOUT_SECONDS) as studio:
            for width, height in theme.header.sizes:
                screen = plain_screen(width, height)
                png = (await studio.draw(job_for(theme, facts(kind, "de"), screen, png=True))).png
                page = Image.open(io.BytesIO(png)).convert("L")
                edge = page.crop((width - 4, 0, width, height))
                # Bands that reach from edge to edge are of one shade there
                letters = [
                    y
                    for y in range(height)
                    if len(edge.crop((0, y, 4, y + 1)).getcolors() or []) > 1
                ]
                assert letters == []

    asyncio.run(work())


def test_a_colour_of_a_theme_is_an_ink() -> None:
    """On paper of six colours nothing but the inks themselves, letters included."""
    screen = PROFILES["eink-1600x1200"]

    async def work() -> None:
        async with Studio(most_seconds=6 * TIMEOUT_SECONDS) as studio:
            boards = Dashboards(Themes(built_in()), studio, LANGUAGES["en"])
            theme = await boards.theme_for(screen, "dashboard", "portrait")
            packed = (await boards.render(sample(NOW), screen, theme)).frame.packed
            page = Image.open(io.BytesIO(packed)).convert("RGB")
            header = page.crop((0, 1190, 120, 1195))  # turned: its left edge is the page's top
            assert header.getcolors() == [(600, (61, 59, 94))]

    asyncio.run(work())
