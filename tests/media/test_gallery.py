"""Pictures from files that come, change, break and go."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from media import gallery as module
from media.bitmap.drawing import drawn
from media.bitmap.picture import PictureError
from media.bitmap.prepared import prepare
from media.bitmap.screen import RLCD
from media.darkroom import Darkroom
from media.display.content import Content, Drawn
from media.gallery import Gallery
from shared.testing import TIMEOUT_SECONDS
from tests.media.bitmap.pictures import blank, halves, photo, saved

DRAWING = Content(
    Drawn("idle", lambda: drawn("idle")), "idle", called="a drawing of our own", ours=True
)


@pytest.fixture
async def darkroom() -> AsyncIterator[Darkroom]:
    async with Darkroom() as darkroom:
        yield darkroom


@pytest.fixture
def gallery(darkroom: Darkroom) -> Gallery:
    return Gallery(darkroom, 1_000_000)


def packed(data: bytes) -> bytes:
    return prepare(data, RLCD).frame.packed


def messages(caplog: pytest.LogCaptureFixture) -> list[str]:
    found = [record.getMessage() for record in caplog.records]
    caplog.clear()
    return found


def watched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that gets the name of each file that is opened from now on."""
    opened: list[str] = []

    def watch(source: Path | bytes, *given: object, **named: object) -> object:
        opened.append(source.name if isinstance(source, Path) else "bytes")
        return prepare(source, *given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "prepare", watch)
    return opened


async def shown(gallery: Gallery, *files: Path | Content) -> bytes:
    """Return what is shown of some files, or of a drawing where there is none."""
    contents = [
        each if isinstance(each, Content) else Content(each, each.name, ours=True) for each in files
    ]
    chain = [*contents, DRAWING]
    async with asyncio.timeout(6 * TIMEOUT_SECONDS):
        prepared, _ = await gallery.picture(chain, await gallery.look(chain), RLCD)
    return prepared.frame.packed


async def test_a_missing_file_falls_back_and_is_said_once(
    gallery: Gallery, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """To the next name, and to a drawing at last; its return is told too."""
    caplog.set_level(logging.INFO)
    gone, idle = tmp_path / "gone.png", tmp_path / "idle.png"
    idle.write_bytes(saved(halves()))
    for _ in range(3):
        assert await shown(gallery, gone, idle) == packed(saved(halves()))
    assert messages(caplog) == [f"picture {gone}: is not there; in its place: {idle}"]
    idle.unlink()
    for _ in range(3):
        assert await shown(gallery, gone, idle) == packed(drawn("idle"))
    assert messages(caplog) == [f"picture {idle}: is not there; in its place: a drawing of our own"]
    gone.write_bytes(saved(photo()))
    assert await shown(gallery, gone, idle) == packed(saved(photo()))
    assert messages(caplog) == [f"picture {gone}: shown again"]


async def test_the_first_of_several_places_counts(gallery: Gallery, tmp_path: Path) -> None:
    """A name may mean several files."""
    first, second = tmp_path / "a.png", tmp_path / "b.png"
    second.write_bytes(saved(halves()))
    content = Content((first, second), "wake.png", ours=True)
    assert await shown(gallery, content) == packed(saved(halves()))
    first.write_bytes(saved(photo()))
    assert await shown(gallery, content) == packed(saved(photo()))


async def test_a_broken_file_falls_back_and_is_opened_once(
    gallery: Gallery, tmp_path: Path, caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """A truncated file, a folder, a pipe, and a name that cannot be one."""
    (tmp_path / "cut.png").write_bytes(saved(photo())[:200])
    (tmp_path / "folder.png").mkdir()
    os.mkfifo(tmp_path / "pipe.png")
    await shown(gallery)
    opened = watched(monkeypatch)
    names = [tmp_path / name for name in ("cut.png", "folder.png", "pipe.png")]
    for _ in range(3):
        await shown(gallery, *names, Path("\x00"))
    assert opened == ["cut.png"]
    told = messages(caplog)
    assert len(told) == 4
    assert "cut.png: is broken (image file is truncated" in told[0]
    assert f"{names[1]}: is not there; in its place: {names[2]}" in told[1]


async def test_a_broken_file_leaves_what_it_was(
    gallery: Gallery, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is said once, and looked at again when it changes."""
    file = tmp_path / "a.png"
    file.write_bytes(saved(halves()))
    await shown(gallery, file)
    file.write_bytes(saved(photo())[:200])
    for _ in range(3):
        assert await shown(gallery, file) == packed(saved(halves()))
    assert len(messages(caplog)) == 1
    file.write_bytes(saved(photo()))
    assert await shown(gallery, file) == packed(saved(photo()))


async def test_a_file_that_changes_while_it_is_read_is_read_again(
    gallery: Gallery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read of it may be half of each."""
    file = tmp_path / "a.png"
    file.write_bytes(saved(halves()))
    before = await shown(gallery, file)
    file.write_bytes(saved(photo()))

    def disturbed(*given: object, **named: object) -> object:
        file.write_bytes(saved(photo()))
        os.utime(file, ns=(0, 7))
        return prepare(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "prepare", disturbed)
    assert await shown(gallery, file) == before
    monkeypatch.undo()
    assert await shown(gallery, file) == packed(saved(photo()))


async def test_a_file_that_changed_is_made_ready_again(
    gallery: Gallery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And one that did not is not opened."""
    file, other = tmp_path / "a.png", tmp_path / "other"
    file.write_bytes(saved(halves()))
    assert await shown(gallery, file) == packed(saved(halves()))
    other.write_bytes(saved(photo()))
    other.replace(file)  # as editors save
    assert await shown(gallery, file) == packed(saved(photo()))
    opened = watched(monkeypatch)
    assert await shown(gallery, file) == packed(saved(photo()))
    assert not opened


async def test_many_who_want_the_same_share_it(
    gallery: Gallery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 50 at once it is made for one."""
    file = tmp_path / "a.png"
    file.write_bytes(saved(halves()))
    opened = watched(monkeypatch)
    pictures = await asyncio.gather(*(shown(gallery, file) for _ in range(50)))
    assert len(set(pictures)) == 1
    assert opened == ["a.png"]


@pytest.mark.parametrize(("most_pictures", "most_bytes"), [(2, 1_000_000), (9, 12_000)])
async def test_what_is_kept_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, darkroom: Darkroom, most_pictures: int,
    most_bytes: int,
) -> None:  # fmt: skip
    """By number and by bytes; the picture that was unused for longest is made ready anew."""
    monkeypatch.setattr(module, "_MOST_PICTURES", most_pictures)
    gallery, opened = Gallery(darkroom, most_bytes), watched(monkeypatch)
    for name in "abc":
        (tmp_path / name).write_bytes(saved(blank("L", (8, 8))))
    for name in ("a", "b", "a", "c", "a", "b"):
        await shown(gallery, tmp_path / name)
    assert opened == ["a", "b", "c", "b"]
    assert gallery.size_bytes <= most_bytes


async def test_a_fault_is_told_to_who_wants_one_picture(gallery: Gallery) -> None:
    """And it is tried again the next time."""
    pictures = [b"nothing", saved(photo())]
    content = Content(Drawn("x", lambda: pictures.pop(0)), "pushed")
    with pytest.raises(PictureError, match="is no PNG"):
        await gallery.one(content, RLCD)
    assert (await gallery.one(content, RLCD)).frame.packed == packed(saved(photo()))
    assert not pictures
    await gallery.one(content, RLCD)  # which has nothing left to draw
    with pytest.raises(PictureError, match="is not there"):
        await gallery.one(Content(Path("/nowhere"), "x"), RLCD)


async def test_a_small_change_is_no_news(gallery: Gallery) -> None:
    """Small changes add up: what is shown is compared, not what was made last."""

    def page(dots: int) -> bytes:
        image = blank()
        for x in range(dots):
            image.putpixel((x, 0), (0, 0, 0))
        return saved(image)

    async def show(dots: int) -> bytes:
        return await shown(gallery, Content(page(dots), "page", least_pixels=10, ours=True))

    first = await show(0)
    assert first == packed(page(0))
    assert await show(6) == first
    assert await show(9) == first
    assert await show(10) == packed(page(10))
    assert await show(4) == packed(page(10))
    assert await shown(gallery, Content(page(4), "other", ours=True)) == packed(page(4))
    assert await shown(gallery, Content(page(5), "other", least_pixels=10, ours=True)) == packed(
        page(5)
    )


async def test_what_others_made_is_opened_in_a_child(
    gallery: Gallery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And so is a large picture of the house; a small one is opened here."""
    (tmp_path / "photo.png").write_bytes(saved(photo()))
    (tmp_path / "small.png").write_bytes(saved(halves()))
    (tmp_path / "large.png").write_bytes(saved(halves((1601, 1250))))
    opened = watched(monkeypatch)
    sent = Content(Drawn("sent", lambda: saved(photo())), "pushed")
    for content in (Content(tmp_path / "photo.png", "photo"), sent):
        assert await shown(gallery, content) == packed(saved(photo()))
    for name in ("small.png", "large.png"):
        assert await shown(gallery, tmp_path / name) == packed((tmp_path / name).read_bytes())
    assert opened == ["small.png"]
    small = [Content(tmp_path / "small.png", "small.png", ours=True)]
    await gallery.picture(small, await gallery.look(small), replace(RLCD, width=800, height=800))
    assert opened == ["small.png"]  # what is made of it is large


async def test_without_a_child_it_is_tried_again(darkroom: Darkroom, tmp_path: Path) -> None:
    """The picture is not to blame, and the next chain has it."""
    (tmp_path / "a.png").write_bytes(saved(photo()))
    gallery, content = Gallery(darkroom, 1_000_000), Content(tmp_path / "a.png", "a")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.executable", "/nowhere")
        assert await shown(gallery, content) == packed(drawn("idle"))
    assert await shown(gallery, content) == packed(saved(photo()))
