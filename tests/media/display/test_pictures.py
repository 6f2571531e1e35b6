"""What a display shows, from real files."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from media.bitmap.drawing import drawn
from media.bitmap.frame import Frame
from media.bitmap.picture import PictureError
from media.bitmap.scaling import Fit
from media.bitmap.screen import RLCD
from media.display.contact import Contact
from media.display.display import CALIBRATION, Pushed
from media.display.screens import calibration_page, frame_for, screen_of, six_colours
from shared.payloads import AlarmDefinition
from tests.media.bitmap.pictures import halves, photo, saved
from tests.media.wall import Wall, eink, wall

DISPLAY = eink()
WAKE = AlarmDefinition(id="wake", name="Wake", alarm_image="img/wake.png")


def in_colours(picture: bytes, fit: Fit = "contain") -> Frame:
    return frame_for(picture, six_colours(60, 40), fit)


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[Wall]:
    """A wall with an idle picture."""
    async with wall(tmp_path) as there:
        there.put("img/idle.png", saved(halves()))
        yield there


async def test_what_has_not_changed_is_not_made_again(there: Wall) -> None:
    """For each size, and for a drawing and a splash too."""
    sizes = [DISPLAY, replace(DISPLAY, width=40)]
    before = [
        await there.pictures.picture(each, mode) for each in sizes for mode in ("photo", "boot")
    ]
    again = [
        await there.pictures.picture(each, mode) for each in sizes for mode in ("photo", "boot")
    ]
    assert all(one is other for one, other in zip(before, again, strict=True))
    assert len({each.version for each in again}) == 4


async def test_photos_take_turns(there: Wall) -> None:
    """They fill the display; other files are none; a slot keeps its photo, and ends."""
    there.photos.mkdir()
    (there.photos / "b.png").write_bytes(saved(photo()))
    (there.photos / "a.JPG").write_bytes(saved(halves(), "JPEG"))
    (there.photos / "c.txt").write_text("")
    await there.library.scan()
    shown = [await there.pictures.picture(replace(DISPLAY, turn=n), "photo") for n in range(4)]
    assert in_colours(saved(photo()), "smart") in shown[:2]
    assert shown[0] == shown[2] != shown[1] == shown[3]
    again = await there.pictures.order(replace(DISPLAY, turn=3), "photo")
    assert (await there.pictures.made(again))[0].frame == shown[3]
    assert again.until_at == there.clock.now.replace(hour=13, minute=0)
    there.clock.now += timedelta(minutes=30)
    assert await there.pictures.picture(replace(DISPLAY, turn=3), "photo") != shown[3]
    assert (await there.pictures.made(again))[1] in {"a.JPG", "b.png"}


@pytest.mark.parametrize("mode", ["dashboard", "news", "idle"])
async def test_a_mode_without_contents_shows_the_idle_picture(there: Wall, mode: str) -> None:
    """And a drawing where there is none."""
    assert await there.pictures.picture(DISPLAY, mode) == in_colours(saved(halves()))  # type: ignore[arg-type]
    (there.assets / "img/idle.png").unlink()
    assert await there.pictures.picture(DISPLAY, mode) == in_colours(drawn("idle"))  # type: ignore[arg-type]


async def test_what_was_pushed_beats_every_mode(there: Wall) -> None:
    """Until its time is over; read from the disk where it is not ready any more."""
    name = await there.pictures.put(saved(photo()), screen_of(DISPLAY))
    until = there.clock.now + timedelta(minutes=1)
    for pushed in (Pushed(name), Pushed(name, until)):
        for mode in ("photo", "boot"):
            display = replace(DISPLAY, pushed=pushed)
            assert await there.pictures.picture(display, mode) == in_colours(saved(photo()))
    larger = replace(DISPLAY, width=90, pushed=Pushed(name))
    assert (await there.pictures.picture(larger, "photo")).width == 90
    there.clock.now = until
    assert await there.pictures.picture(display, "photo") == in_colours(saved(halves()))


async def test_a_pushed_picture_that_was_lost_is_none(
    there: Wall, caplog: pytest.LogCaptureFixture
) -> None:
    """The mode is shown, and it is said once."""
    display = replace(DISPLAY, pushed=Pushed("gone"))
    for _ in range(3):
        assert await there.pictures.picture(display, "photo") == in_colours(saved(halves()))
    assert caplog.text.count("that was pushed: was lost") == 1


async def test_a_bad_picture_is_not_kept(there: Wall) -> None:
    """What is wrong is said."""
    for bad, said in ((b"x", "is no PNG"), (saved(photo())[:100], "is broken")):
        with pytest.raises(PictureError, match=said):
            await there.pictures.put(bad, RLCD)


async def test_an_alarm_beats_all_where_alarms_are_shown(there: Wall) -> None:
    """With its own picture, that of all alarms, the idle one, or a drawing."""
    there.put("img/wake.png", saved(photo((64, 48))))
    there.put("img/on_alarm.png", saved(photo()))
    there.pictures.ringing = WAKE
    shows = replace(DISPLAY, shows_alarms=True, pushed=Pushed("x"))
    assert await there.pictures.picture(DISPLAY, "photo") == in_colours(saved(halves()))
    for name, picture in (
        ("wake", saved(photo((64, 48)))), ("on_alarm", saved(photo())), ("idle", saved(halves())),
    ):  # fmt: skip
        order = await there.pictures.order(shows)
        assert (await there.pictures.made(order))[1] == "alarm:wake"
        assert await there.pictures.picture(shows, "photo") == in_colours(picture)
        (there.assets / f"img/{name}.png").unlink()
    assert await there.pictures.picture(shows, "photo") == in_colours(drawn("on_alarm"))


async def test_the_calibration_page(there: Wall) -> None:
    """It is drawn for the screen as it is measured now."""
    display = replace(DISPLAY, profile="spectra6-800x480", pushed=Pushed(CALIBRATION))
    screen = screen_of(display)
    assert await there.pictures.picture(display, "photo") == calibration_page(screen).frame
    measured = replace(display, calibration={"white": (230, 230, 230)})
    assert (await there.pictures.picture(measured, "photo")).version != calibration_page(
        screen
    ).frame.version


async def test_what_no_display_shows_is_forgotten(there: Wall) -> None:
    """The rest stays."""
    names = [await there.pictures.put(each, RLCD) for each in (saved(photo()), saved(halves()))]
    await there.registry.override("rlcd", lambda each: replace(each, pushed=Pushed(names[0])))
    await there.pictures.forget_unused()
    assert [there.shelf.read(name) is not None for name in names] == [True, False]


async def test_a_mark_is_made_ahead_when_a_battery_gets_low(there: Wall) -> None:
    """Once, and not at each call after."""
    await there.registry.add(DISPLAY)
    altered: list[str] = []
    there.registry.altered = altered.append
    for volts, count in ((3.9, 1), (3.5, 1), (3.5, 2), (3.6, 2), (3.55, 2)):
        there.registry.see(DISPLAY, 900, Contact(battery_volts=volts))
        assert len(altered) == count, volts
    shown = await there.pictures.frame(there.registry.get("a"))
    assert shown != await there.pictures.frame(DISPLAY)
