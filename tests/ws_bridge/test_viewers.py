"""Who is behind hears what is on, and nobody hears half of a pair."""

import json

from tests.ws_bridge.reader import Reader
from ws_bridge.viewers import Viewers


class Browser(Reader):
    """A client that understands what it is told."""

    def heard(self) -> list[int | None]:
        """Return what it was told since it was asked last, None for a stop."""
        heard, data = [], b"".join(self.got)
        self.got.clear()
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
    viewers.fill(browser, 0.0)
    press(viewers, 3)
    press(viewers, 4)
    assert browser.heard() == []
    viewers.drain(browser)
    assert browser.heard() == [None, 4]
    press(viewers, 5)
    assert browser.heard() == [None, 5]
    viewers.fill(browser, 0.0)
    press(viewers, 6)
    viewers.show(None, now=0.0)
    viewers.drain(browser)
    assert browser.heard() == [None]


def test_a_pair_is_whole_for_who_missed_its_stop() -> None:
    viewers: Viewers[Browser] = Viewers()
    browser = Browser()
    viewers.add(browser)
    press(viewers, 3)
    browser.heard()
    viewers.fill(browser, 0.0)
    viewers.show(None, now=0.0)
    viewers.drain(browser)
    viewers.show(4, now=0.0)
    assert browser.heard() == [None, 4]


def test_who_missed_a_stop_alone_hears_one_stop() -> None:
    viewers: Viewers[Browser] = Viewers()
    browser = Browser()
    viewers.add(browser)
    viewers.fill(browser, 0.0)
    press(viewers, 3)
    viewers.show(None, now=0.0)
    viewers.drain(browser)
    assert browser.heard() == [None]


def test_what_fills_a_browser_is_not_told_again() -> None:
    viewers: Viewers[Browser] = Viewers()
    browser = Browser()
    viewers.add(browser)
    press(viewers, 3)
    viewers.fill(browser, 0.0)
    viewers.drain(browser)
    assert browser.heard() == [None, 3]


def test_who_never_reads_is_given_up() -> None:
    viewers: Viewers[Browser] = Viewers()
    browser = Browser()
    viewers.add(browser)
    viewers.fill(browser, 0.0)
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
    viewers.fill(slow, 0.0)
    viewers.show(None, 3, now=0.0)
    viewers.drain(slow)
    viewers.show(None, 4, now=0.0)
    assert (len(steady.got), len(slow.got)) == (2, 2)
    assert steady.heard() == slow.heard() == [None, 3, None, 4]
    viewers.fill(slow, 0.0)
    viewers.show(None, 5, now=0.0)
    viewers.drain(slow)
    assert slow.heard() == [None, 5]
