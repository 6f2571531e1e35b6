"""Who is behind hears what is on, and nobody hears half of a pair."""

import json

from ws_bridge.viewers import Viewers


class Browser:
    """A client whose buffer the test fills."""

    def __init__(self) -> None:
        self.written = b""
        self.owed = 0

    def write(self, frame: bytes) -> None:
        self.written += frame

    def owed_bytes(self) -> int:
        return self.owed

    def heard(self) -> list[int | None]:
        """Return what it was told since it was asked last, None for a stop."""
        heard, data = [], self.written
        self.written = b""
        while data:
            assert data[0] == 0x81
            message, data = json.loads(data[2 : 2 + data[1]]), data[2 + data[1] :]
            heard.append(message["id"] if message["type"] == "play" else None)
        return heard


def press(viewers: Viewers[Browser], number: int, now: float = 0.0) -> list[Browser]:
    return viewers.show(None, now=now) + viewers.show(number, now=now)


def test_all_are_told_and_nothing_on_connect() -> None:
    viewers: Viewers[Browser] = Viewers()
    first, late = Browser(), Browser()
    viewers.add(first)
    press(viewers, 3)
    viewers.add(late)
    assert (first.heard(), late.heard()) == ([None, 3], [])
    press(viewers, 4)
    assert first.heard() == late.heard() == [None, 4]


def test_who_was_behind_is_told_what_is_on_when_it_reads() -> None:
    viewers: Viewers[Browser] = Viewers()
    browser = Browser()
    viewers.add(browser)
    browser.owed = 10_000
    press(viewers, 3)
    press(viewers, 4)
    assert browser.heard() == []
    browser.owed = 0
    viewers.resume(browser)
    assert browser.heard() == [None, 4]
    press(viewers, 5)
    assert browser.heard() == [None, 5]
    browser.owed = 10_000
    press(viewers, 6)
    viewers.show(None, now=0.0)
    browser.owed = 0
    viewers.resume(browser)
    assert browser.heard() == [None]


def test_a_pair_is_whole_for_who_missed_its_stop() -> None:
    viewers: Viewers[Browser] = Viewers()
    browser = Browser()
    viewers.add(browser)
    press(viewers, 3)
    browser.heard()
    browser.owed = 10_000
    viewers.show(None, now=0.0)
    browser.owed = 0
    viewers.show(4, now=0.0)
    assert browser.heard() == [None, 4]


def test_a_stop_after_what_was_missed_is_one_stop() -> None:
    viewers: Viewers[Browser] = Viewers()
    browser = Browser()
    viewers.add(browser)
    browser.owed = 10_000
    press(viewers, 3)
    browser.owed = 0
    viewers.show(None, now=0.0)
    assert browser.heard() == [None]


def test_who_never_reads_is_given_up() -> None:
    viewers: Viewers[Browser] = Viewers()
    browser = Browser()
    viewers.add(browser)
    browser.owed = 10_000
    assert press(viewers, 3, now=0.0) == []
    assert press(viewers, 4, now=31.0) == [browser]
    assert len(viewers) == 0
    viewers.remove(browser)


def test_a_pair_is_one_write() -> None:
    """For who kept up and for who did not."""
    viewers: Viewers[Browser] = Viewers()
    steady, slow = Browser(), Browser()
    viewers.add(steady)
    viewers.add(slow)
    slow.owed = 10_000
    viewers.show(None, 3, now=0.0)
    slow.owed = 0
    viewers.show(None, 4, now=0.0)
    assert (steady.heard(), slow.heard()) == ([None, 3, None, 4], [None, 4])
    slow.owed = 10_000
    viewers.show(None, 5, now=0.0)
    slow.owed = 0
    viewers.resume(slow)
    assert slow.heard() == [None, 5]
