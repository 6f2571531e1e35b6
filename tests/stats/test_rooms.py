"""File systems that answer, that refuse and that hang."""

import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from shared.testing import eventually
from stats.rooms import Rooms
from stats.snapshot import Room

ROOM = Room(100, 60, 30)


class Disks:
    """File systems of which those in `hanging` answer no more until `mended`."""

    def __init__(self) -> None:
        self.hanging: set[str] = set()
        self.mended = threading.Event()
        self.asked: list[str] = []

    def ask(self, path: str) -> Room | None:
        self.asked.append(path)
        if path in self.hanging:
            self.mended.wait()
        return None if "locked" in path else ROOM


@pytest.fixture
def disks() -> Iterator[Disks]:
    disks = Disks()
    yield disks
    disks.mended.set()


def test_the_real_root_agrees_with_psutil() -> None:
    usage = psutil.disk_usage("/")
    room = Rooms("").read(["/"])["/"]
    assert room is not None
    assert room.total == usage.total
    assert abs(room.used - usage.used) < 500_000_000


def test_one_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    """Nor can one below a root where nothing is mounted: it would be the disk below."""
    assert Rooms("").read([str(tmp_path / "nothing")]) == {str(tmp_path / "nothing"): None}
    (tmp_path / "mnt").mkdir()
    told = Rooms(str(tmp_path)).read(["/", "/mnt"])
    assert told["/"] is not None
    assert told["/mnt"] is None


def test_one_that_hangs_keeps_its_last_value_and_delays_no_other(disks: Disks) -> None:
    """It is asked once and then left alone until it answers."""
    rooms = Rooms("", disks.ask, 0.05)
    assert rooms.read(["/", "/nas", "/b"]) == {"/": ROOM, "/nas": ROOM, "/b": ROOM}
    disks.hanging = {"/nas"}
    for _ in range(3):
        assert rooms.read(["/", "/nas", "/b"]) == {"/": ROOM, "/nas": ROOM, "/b": ROOM}
    assert disks.asked.count("/nas") == 2
    assert disks.asked.count("/b") == 4
    disks.hanging = set()
    disks.mended.set()

    def asked_again() -> bool:
        rooms.read(["/nas"])
        return disks.asked.count("/nas") == 3

    eventually(asked_again)


def test_one_that_hangs_from_the_start_is_none(disks: Disks) -> None:
    disks.hanging = {"/nas"}
    rooms = Rooms("", disks.ask, 0.05)
    assert rooms.read(["/nas", "/locked", "/"]) == {"/nas": None, "/locked": None, "/": ROOM}


def test_mounts_that_are_gone_are_forgotten(disks: Disks) -> None:
    """The longest gone; some machines mount something for each guest, under ever new names."""
    rooms = Rooms("", disks.ask)
    for number in range(300):
        rooms.read(["/", f"/guest{number}"])
    assert list(rooms._known)[:2] == ["/", "/guest235"]
    assert len(rooms._known) == 66


def test_threads_that_hang_are_few(disks: Disks) -> None:
    """However many mounts hang, and however often they are asked for."""
    many = [f"/nas{number}" for number in range(30)]
    disks.hanging = set(many)
    before = threading.active_count()
    rooms = Rooms("", disks.ask, 0.01)
    for _ in range(3):
        assert rooms.read(many) == dict.fromkeys(many)
    assert threading.active_count() - before <= 8
