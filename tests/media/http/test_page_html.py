"""The pages as HTML; what they look like is in tests/e2e/test_pages.py."""

from datetime import UTC, datetime, timedelta

import pytest

from media.http.page_html import Card, ago, device, home

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (-100, "just now"),
        (59, "just now"),
        (60, "1 minute ago"),
        (7199, "1 hour ago"),
        (7200, "2 hours ago"),
        (86_400 * 3, "3 days ago"),
    ],
)
def test_how_long_ago(seconds: int, told: str) -> None:
    assert ago(NOW - timedelta(seconds=seconds), NOW) == told


def test_nothing_that_is_told_is_html() -> None:
    nasty = "<b>\"'&"
    card = Card(nasty, 1, nasty, nasty, nasty, nasty)
    for html in (home(nasty, [card], 0, 0), device(nasty, [(nasty, nasty)])):
        assert "<b>" not in html
        assert "&lt;b&gt;&quot;&#x27;&amp;" in html


def test_what_is_not_among_the_cards_is_told() -> None:
    assert "No display has joined yet." in home("pi", [], 0, 0)
    told = home("pi", [Card("a", 1, "", "", "", "")], 7, 2)
    assert "7 more" in told
    assert "2 displays wait to be approved" in told
    assert "A display waits to be approved" in home("pi", [], 0, 1)
