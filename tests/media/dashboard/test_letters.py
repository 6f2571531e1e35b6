"""Texts from outside, made so that they can be set in any column."""

import pytest

from media.dashboard.letters import plain, tidy


@pytest.mark.parametrize(
    ("text", "tidied"),
    [
        ("  Dentist \n at ten ", "Dentist at ten"),
        ("Party \N{PARTY POPPER}!", "Party !"),
        ("a\x00b\x1b[31m", "ab[31m"),
        ("Bäckerei Übung", "Bäckerei Übung"),
        ("", ""),
    ],
)
def test_one_line_that_can_be_drawn(text: str, tidied: str) -> None:
    """Without pictures among the letters, and without what controls."""
    assert tidy(text, 40) == tidied


def test_it_is_cut_with_an_ellipsis() -> None:
    """And is never longer than it may be."""
    assert tidy("one two three four", 12) == "one two thr…"
    assert tidy("one two", 7) == "one two"


def test_long_tokens_get_places_to_break() -> None:
    """An address breaks at its slashes, a word by the rules of its language."""
    address = tidy("https://example.org/a/very/long/path?question=1", 80)
    assert "/\u200b" in address
    assert plain(address) == "https://example.org/a/very/long/path?question=1"
    word = "Rindfleischetikettierungsüberwachung"
    assert tidy(word, 80) == word
    assert "\u200b" in tidy("x1" * 30, 80)
    assert max(map(len, tidy("y" * 200, 300).split("\u200b"))) <= 18
