"""Pages drawn by a child: what a theme may not do, and what its end costs."""

import asyncio
import io
import os
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path

import pytest
from PIL import Image

from media.bitmap.profiles import PROFILES
from media.dashboard.dashboards import job_for, plain_screen
from media.dashboard.job import Drawn
from media.dashboard.studio import Studio
from media.dashboard.theme import Theme, ThemeError, read_theme
from shared.testing import TIMEOUT_SECONDS, eventually
from tests.media.dashboard.facts import HEADER, facts, files, theme

PATIENCE = 6 * TIMEOUT_SECONDS  # the child yields to all others
SCREEN = plain_screen(400, 300)
LOOP = "#for i in range(50000) { for j in range(50000) { let a = i } }"


def run(
    work: Callable[[Studio], Coroutine[object, object, None]],
    *,
    idle_seconds: float = PATIENCE,
    most_seconds: float = PATIENCE,
) -> None:
    """Do something with a studio."""

    async def all_of_it() -> None:
        async with Studio(idle_seconds=idle_seconds, most_seconds=most_seconds) as studio:
            await work(studio)

    asyncio.run(all_of_it())


async def draw(studio: Studio, drawn: Theme, photo: Path | None = None) -> Drawn:
    """Draw a theme as a PNG with nothing known."""
    return await studio.draw(job_for(drawn, facts("none"), SCREEN, photo, png=True))


def opened(drawn: Drawn) -> Image.Image:
    return Image.open(io.BytesIO(drawn.png)).convert("RGB")


def fault(body: str, header: str = HEADER) -> ThemeError:
    """Return what is said of a theme that cannot be drawn."""
    found: list[ThemeError] = []

    async def work(studio: Studio) -> None:
        with pytest.raises(ThemeError) as caught:
            await draw(studio, theme(body, header))
        found.append(caught.value)
        # Whatever it was, the next theme is drawn
        assert (await draw(studio, theme("good"))).png

    run(work)
    return found[0]


def test_a_page_has_the_size_of_the_display() -> None:
    """Whatever the theme asks for."""

    async def work(studio: Studio) -> None:
        assert opened(await draw(studio, theme("x"))).size == (400, 300)
        large = await draw(studio, theme("#block(width: 9000pt, height: 9000pt, fill: red)"))
        assert opened(large).size == (400, 300)
        assert opened(large).getpixel((399, 299)) == (255, 65, 54)

    run(work)


@pytest.mark.parametrize(
    "body", ["#set page(width: 90000pt, height: 90000pt)\nx", "a\n#pagebreak()\nb"]
)
def test_a_theme_cannot_change_its_page(body: str) -> None:
    """A page of 90000 points would take all memory there is."""
    found = fault(body)
    assert found.file == "theme.typ"
    assert found.line in {1, 2}
    assert "container" in found.message


@pytest.mark.parametrize(
    ("body", "line", "message"),
    [
        ("a\n\n#nothing", 3, "unknown variable: nothing"),
        ("#let f(x) = x.foo\n\n#f(3)", 1, "cannot access fields"),
        ("#let a = (", 1, "unclosed delimiter"),
        ('#import "/mantel/kit.typ": *\n#bar("x")', 2, ""),
        ('#read("theme.tom")', 1, "not found"),
    ],
)
def test_a_fault_is_told_with_file_and_line(body: str, line: int, message: str) -> None:
    """Of the theme's own files, also when the fault shows in our library."""
    found = fault(body)
    assert (found.file, found.line) == ("theme.typ", line)
    assert message in found.message
    assert "/" not in found.file
    assert tempfile.gettempdir() not in str(found)


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../../../../../etc/passwd", "../x", "/proc/self/environ"]
)
def test_no_file_outside_of_a_theme_can_be_read(path: str) -> None:
    """Its own folder is all that there is."""
    found = fault(f'#read("{path}")')
    assert "not found" in found.message or "escape" in found.message


def test_packages_are_not_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even one whose name is put together, and through no proxy of the house."""
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        proxy.settimeout(TIMEOUT_SECONDS)
        asked: list[bool] = []

        def listen() -> None:
            try:
                proxy.accept()[0].close()
                asked.append(True)
            except OSError:
                pass

        listener = threading.Thread(target=listen, daemon=True)
        listener.start()
        address = f"http://127.0.0.1:{proxy.getsockname()[1]}"
        for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, address)
        found = fault('#let p = "@pre" + "view/cetz:0.3.0"\n#import (p)')
        assert "packages cannot be used" in found.message
        assert found.line == 2
        proxy.shutdown(socket.SHUT_RDWR)
        listener.join(TIMEOUT_SECONDS)
        assert not asked


def test_a_loop_without_end_is_ended() -> None:
    """And told to be one."""

    async def work(studio: Studio) -> None:
        with pytest.raises(ThemeError, match="loop without end"):
            await draw(studio, theme(LOOP))
        assert studio.pid is None

    run(work, most_seconds=1)


def test_endless_recursion_is_a_fault() -> None:
    """Which typst finds by itself."""
    assert "depth" in fault("#let f() = f()\n#f()").message


def test_all_memory_is_not_given() -> None:
    """The child dies of it, and nothing else."""
    found = fault("#let a = ()\n#{ for i in range(200) { a.push(range(1000000)) } }")
    assert "memory" in found.message


def test_a_child_that_is_killed_costs_one_picture() -> None:
    """The next one is drawn by another."""

    async def work(studio: Studio) -> None:
        await draw(studio, theme("one"))
        first = studio.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        with pytest.raises(ThemeError, match="takes more memory than there is"):
            await draw(studio, theme("two"))
        assert (await draw(studio, theme("two"))).png
        assert studio.pid != first

    run(work)


def test_an_idle_child_ends() -> None:
    """And media is back at its own memory; what the child wrote is gone."""

    async def work(studio: Studio) -> None:
        before = set(Path(tempfile.gettempdir()).glob("mantel-theme-*"))
        await draw(studio, theme("one"))
        pid = studio.pid
        assert pid is not None
        await asyncio.to_thread(eventually, lambda: studio.pid is None)
        await asyncio.to_thread(eventually, lambda: not Path(f"/proc/{pid}").exists(), times=3)
        after = set(Path(tempfile.gettempdir()).glob("mantel-theme-*"))
        await asyncio.to_thread(
            eventually,
            lambda: not after - before or not any(each.exists() for each in after - before),
        )

    run(work, idle_seconds=0.2)


def test_contents_of_one_height_need_not_all_be_measured() -> None:
    """As many are drawn, and at the same places, whether they are or not."""
    body = (
        '#import "/mantel/kit.typ": *\n#block(height: 100%, as-many-as-fit(gap: 7pt, '
        "range(20).map(each => block(height: 31pt, width: 100%, fill: blue)), "
        "rest: count => text(size: 20pt, str(count)){}))"
    )

    async def work(studio: Studio) -> None:
        each = await draw(studio, theme(body.format("")))
        alike = await draw(studio, theme(body.format(", alike: true")))
        assert alike.png == each.png
        column = [opened(each).getpixel((200, y)) for y in range(300)]
        assert column.count((0, 116, 217)) == 7 * 31

    run(work)


def test_many_pages_by_one_child() -> None:
    """More themes than it keeps, in turn."""

    async def work(studio: Studio) -> None:
        themes = [theme(f"page {number}") for number in range(6)]
        first = [(await draw(studio, each)).png for each in themes]
        pid = studio.pid
        assert [(await draw(studio, each)).png for each in themes] == first
        assert len(set(first)) == 6
        assert studio.pid == pid

    run(work)


def test_who_does_not_wait_leaves_no_answer_behind() -> None:
    """A cancelled call must not give its picture to the next one."""

    async def work(studio: Studio) -> None:
        await draw(studio, theme("x"))
        slow = asyncio.create_task(draw(studio, theme(LOOP)))
        await asyncio.sleep(0)
        await asyncio.to_thread(eventually, lambda: studio.pid)
        slow.cancel()
        with pytest.raises(asyncio.CancelledError):
            await slow
        red = await draw(studio, theme("#rect(width: 100%, height: 100%, fill: rgb(255, 0, 0))"))
        assert opened(red).getpixel((200, 150)) == (255, 0, 0)

    run(work)


def test_a_child_that_cannot_be_started_leaves_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is tried again each minute."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    async def work(studio: Studio) -> None:
        with monkeypatch.context() as broken:
            broken.setattr(sys, "executable", "/nowhere")
            with pytest.raises(ThemeError, match="no process can be started"):
                await draw(studio, theme("good"))
        assert not list(tmp_path.iterdir())
        with monkeypatch.context() as broken:
            broken.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
            with pytest.raises(ThemeError, match="no process can be started"):
                await draw(studio, theme("good"))
        assert (await draw(studio, theme("good"))).png

    run(work)
    assert not list(tmp_path.iterdir())


def test_secrets_are_not_the_childs(monkeypatch: pytest.MonkeyPatch) -> None:
    """It reads what comes from outside."""
    monkeypatch.setenv("MQTT_PASSWORD", "secret")

    async def work(studio: Studio) -> None:
        await draw(studio, theme("x"))
        assert b"MQTT_PASSWORD" not in Path(f"/proc/{studio.pid}/environ").read_bytes()

    run(work)


def photo_theme(box: str = "[0.5, 0.0, 1.0, 0.5]") -> Theme:
    header = f"{HEADER}photo = {box}\n"
    return read_theme("mine", files('#import "/mantel/kit.typ": *\n#page-data.photo.width', header))


def test_a_photo_is_put_into_its_box(tmp_path: Path) -> None:
    """All of it is covered, and nothing else; a theme knows how large it is."""
    file = tmp_path / "photo.png"
    Image.new("RGB", (50, 50), (10, 200, 30)).save(file)

    async def work(studio: Studio) -> None:
        drawn = opened(await draw(studio, photo_theme(), file))
        assert drawn.getpixel((200, 0)) == drawn.getpixel((399, 149)) == (10, 200, 30)
        assert drawn.getpixel((199, 149)) == drawn.getpixel((399, 150)) == (255, 255, 255)

    run(work)


def test_of_a_photo_the_part_with_the_most_to_see_is_shown(tmp_path: Path) -> None:
    """As in the mode `photo`: here it is at the right, far from the middle."""
    file = tmp_path / "photo.png"
    wide = Image.new("RGB", (800, 150), "white")
    for x in range(700, 800, 8):
        wide.paste("black", (x, 0, x + 4, 150))
    wide.save(file)

    async def work(studio: Studio) -> None:
        drawn = opened(await draw(studio, photo_theme(), file)).crop((200, 0, 400, 150))
        assert sum(drawn.convert("L").tobytes()) / (200 * 150) < 220

    run(work)


def test_a_photo_that_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    """The page is shown, and what is missing is told."""
    file = tmp_path / "photo.png"
    file.write_bytes(b"no picture")

    async def work(studio: Studio) -> None:
        drawn = await draw(studio, photo_theme(), file)
        assert drawn.png
        assert "is no PNG" in drawn.note

    run(work)


def test_a_photo_that_ends_the_child_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page is drawn by another child, and what is missing is told."""
    crash = "child._with_photo = lambda *_: os.kill(os.getpid(), 11)"
    code = f"import os; from media.dashboard import child; {crash}; child.main()"
    monkeypatch.setattr("media.dashboard.studio._CODE", code)

    async def work(studio: Studio) -> None:
        drawn = await draw(studio, photo_theme(), tmp_path / "hostile.png")
        assert drawn.note.endswith("hostile.png: ends its process (-11)")
        assert drawn.png == (await draw(studio, photo_theme(), tmp_path / "hostile.png")).png
        with pytest.raises(ThemeError, match="unknown variable"):
            await draw(studio, theme("#oh"))

    run(work)


def test_only_the_photo_is_dithered(tmp_path: Path) -> None:
    """Letters and flat areas have no dots; a grey photo has both inks."""
    file = tmp_path / "photo.png"
    Image.new("RGB", (50, 50), (128, 128, 128)).save(file)
    body = "#rect(width: 100%, height: 100%, fill: luma(70%))"
    grey = read_theme("mine", files(body, HEADER + "photo = [0.5, 0.0, 1.0, 0.5]\n"))

    async def work(studio: Studio) -> None:
        screen = PROFILES["trmnl-og"]
        drawn = await studio.draw(job_for(grey, facts("none"), screen, file))
        shown = Image.open(io.BytesIO(drawn.packed)).convert("L")
        assert shown.size == (800, 480)
        assert shown.crop((400, 0, 800, 240)).getcolors() != [(400 * 240, 255)]
        assert len(shown.crop((400, 0, 800, 240)).getcolors() or []) == 2
        assert len(shown.crop((10, 10, 390, 470)).getcolors() or []) == 1
        plain = await studio.draw(job_for(grey, facts("none"), screen))
        shown = Image.open(io.BytesIO(plain.packed)).convert("L")
        assert len(shown.crop((10, 10, 390, 470)).getcolors() or []) == 1

    run(work)
