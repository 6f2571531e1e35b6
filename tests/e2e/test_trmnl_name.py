"""TRMNL devices on port 8000, chapter 4 of their contract: the filename, key of their cache."""

import re
import signal
from datetime import datetime, timedelta

import pytest

from tests.e2e.conftest import Hub
from tests.e2e.shifted_clock import ShiftedClock
from tests.e2e.test_trmnl_image import Wall
from tests.e2e.trmnl_device import TrmnlDevice
from tests.media.bitmap.pictures import blank, halves, photo

SIZE = (800, 480)
START = "2026-07-01T18:00:00+02:00"  # photos until midnight, whatever the tests let pass


class House(Wall):
    """A wall whose clock the test sets."""

    def __init__(self, hub: Hub) -> None:
        self.clock = ShiftedClock(hub.directory, datetime.fromisoformat(START))
        self.settings = {**self.clock.environment, "TZ": "Europe/Brussels"}
        super().__init__(hub, **self.settings)

    def passes(self, **time: float) -> None:
        """Let time pass, or go back."""
        self.clock.set(self.clock.now() + timedelta(**time))

    def restart(self, number: signal.Signals = signal.SIGKILL) -> None:
        self.eink.media.stop(number)
        self.eink.start()


@pytest.fixture
def house(hub: Hub) -> House:
    return House(hub)


@pytest.fixture
def wall(hub: Hub) -> Wall:
    return Wall(hub)


def name(device: TrmnlDevice) -> str:
    return str(device.ask_display().json["filename"])


def epoch(file: str) -> int:
    return int(file[-10:])


def test_the_form_of_a_filename(house: House) -> None:
    """plugin-, six hex digits, -, ten digits: at most 31 characters, and the first 13 its own."""
    one, two = house.device(number=1), house.device(number=2)
    first, second = name(one), name(two)
    for file in (first, second):
        assert re.fullmatch(r"plugin-[0-9a-f]{6}-\d{10}", file)
        assert len(file) <= 31
    assert first[:13] != second[:13]
    assert abs(epoch(first) - house.clock.now().timestamp()) < 60


def test_an_unchanged_picture_keeps_its_name(wall: Wall) -> None:
    """It is fetched once and drawn once, whoever asks how often."""
    one = wall.device()
    assert one.wake().drawn
    before = name(one)
    url = one.ask_display().json["image_url"]
    for _ in range(5):
        assert one.fetch(url).status == 200
        assert not one.wake().drawn
    assert name(one) == before


def test_a_changed_picture_has_another_name(wall: Wall) -> None:
    """Within the same second too; the device fetches and draws it."""
    one = wall.device()
    names = [one.wake().file]
    for shade in (0, 255):
        wall.hang(blank("L", SIZE, shade))
        contact = one.wake()
        assert contact.fetched is not None
        assert contact.image.getpixel((9, 9)) == shade
        names.append(contact.file)
    assert len(set(names)) == 3
    assert [epoch(file) for file in names] == sorted(epoch(file) for file in names)


def test_a_picture_that_comes_back_has_its_old_name(wall: Wall) -> None:
    """Version and name are one to one; the file was deleted meanwhile, so it is fetched again."""
    one = wall.device()
    first = one.wake()
    wall.hang(photo(SIZE))
    assert one.wake().file != first.file
    wall.hang(halves(SIZE))
    again = one.wake()
    assert again.file == first.file
    assert again.fetched is not None
    assert first.fetched is not None
    assert again.fetched.body == first.fetched.body


def test_a_name_outlives_a_kill(wall: Wall) -> None:
    """And nothing is drawn for it."""
    one = wall.device()
    before = one.wake().file
    wall.eink.media.stop(signal.SIGKILL)
    wall.eink.start()
    contact = one.wake()
    assert (contact.file, contact.drawn) == (before, False)


def test_another_format_of_the_same_picture_has_another_name(wall: Wall) -> None:
    """The device keeps the files."""
    one = wall.device()
    before = name(one)
    wall.profile(one, "trmnl-og-gray4")
    assert name(one) != before


def test_a_name_is_renewed_after_23_hours(house: House) -> None:
    """Before the device deletes what is older than a day."""
    one = house.device()
    before = one.wake().file
    house.passes(hours=22.9)
    assert name(one) == before
    house.passes(hours=0.2)
    contact = one.wake()
    assert contact.file != before
    assert abs(epoch(contact.file) - house.clock.now().timestamp()) < 60
    assert contact.drawn


def test_a_clock_that_is_put_back(house: House) -> None:
    """By hours: the name stays, and a new one is newer. By years: the wrong ones are given up."""
    one = house.device()
    before = name(one)
    house.passes(hours=-3)
    assert name(one) == before
    house.hang(photo(SIZE))
    assert epoch(name(one)) > epoch(before)
    house.passes(days=900)
    house.hang(blank("L", SIZE, 0))
    ahead = name(one)
    house.passes(days=-900)
    back = name(one)
    assert abs(epoch(back) - house.clock.now().timestamp()) < 60
    assert len({before, ahead, back}) == 3


def test_a_start_without_a_clock(house: House) -> None:
    """It is 1970 until the time comes from the network: nothing is drawn for that, twice."""
    one = house.device()
    before = one.wake().file
    house.clock.set(datetime.fromisoformat("1970-01-02T00:00:30+00:00"))
    house.restart()
    assert not one.wake().drawn
    assert name(one) == before
    house.clock.set(datetime.fromisoformat(START) + timedelta(hours=1))
    assert not one.wake().drawn
    assert name(one) == before
