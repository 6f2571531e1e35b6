"""Feeds as news: plain text, bounded, and broken ones as far as they can be read."""

from datetime import UTC, datetime

import pytest

from media.source.markup import without_tags
from media.source.news import news
from media.source.plain_text import plain
from media.source.reply_error import ReplyError
from tests.media.source.provider import ATOM, RSS


def test_rss() -> None:
    """Markup becomes text, scripts go, times are moments."""
    first, second = news(RSS.encode(), "Town")
    assert first.title == "Bridge & tower open"
    assert first.summary == "The bridge is open. At last."
    assert first.published_at == datetime(2026, 7, 8, 8, tzinfo=UTC)
    assert (first.source, first.link) == ("Town", "http://example.com/1")
    assert second.title == "Older"


def test_atom() -> None:
    """What stands in the content counts where there is no summary."""
    (only,) = news(ATOM.encode(), "Notes")
    assert (only.title, only.summary) == ("Rain", "It rains all day")
    assert only.published_at == datetime(2026, 7, 8, 12, tzinfo=UTC)


def test_the_charset_of_the_header_counts() -> None:
    body = '<rss version="2.0"><channel><item><title>Öl</title></item></channel></rss>'
    (only,) = news(body.encode("latin-1"), "x", "application/rss+xml; charset=iso-8859-1")
    assert only.title == "Öl"


@pytest.mark.parametrize(
    "body",
    [
        RSS.encode()[:-40],  # half a reply
        RSS.replace("&amp;amp;", "& ").encode(),
        RSS.replace("encoding=\"UTF-8\"", "encoding=\"nonsense\"").encode(),
        RSS.replace("Wed, 08 Jul", "Someday").encode(),
    ],
)  # fmt: skip
def test_broken_feeds_are_read_as_far_as_they_can_be(body: bytes) -> None:
    assert news(body, "Town")[0].title.startswith("Bridge")


@pytest.mark.parametrize("body", [b"", b"<html><body>Hi</body></html>", b"{}", b"etc/hostname"])
def test_what_is_no_feed_is_said(body: bytes) -> None:
    """Bytes are never taken for the name of a file."""
    with pytest.raises(ReplyError, match="is no feed"):
        news(body, "Town")


def test_entities_of_a_document_type_are_not_expanded() -> None:
    """Neither to a billion words, nor to a file of this machine."""
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    bomb += '<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    body = RSS.replace("?>", "?>" + bomb, 1).replace("Older", "&b;&f;")
    for item in news(body.encode(), "Town"):
        assert "root:" not in item.title
        assert len(item.title) <= 200


def test_many_and_long_items_are_bounded() -> None:
    items = "".join(
        f"<item><title>{n} {'word ' * 100}</title>"
        f"<description>{'long ' * 9000}</description></item>"
        for n in range(500)
    )
    found = news(f'<rss version="2.0"><channel>{items}</channel></rss>'.encode(), "x")
    assert len(found) == 40
    assert len(found[0].title) <= 200
    assert found[0].title.endswith("word…")
    assert len(found[0].summary) <= 1000


def test_an_item_without_a_title_has_the_begin_of_its_text() -> None:
    body = '<rss version="2.0"><channel><item><description>Some words</description></item><item/></channel></rss>'  # noqa: E501
    assert [item.title for item in news(body.encode(), "x")] == ["Some words"]


def test_links_that_are_not_of_the_web_are_dropped() -> None:
    body = RSS.replace("http://example.com/1", "javascript:alert(1)")
    assert news(body.encode(), "x")[0].link == ""


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("a < b", "a < b"),
        ("<p>one</p><p>two", "one two"),
        ("x<script>if (a<b) {}</script>y", "xy"),
        ("&lt;b&gt; &amp;c&nbsp;d", "<b> &c d"),
        ("a\u202eb\u0000c\x1b[2Jd\ue000", "abc[2Jd"),
        ("👩\u200d🚒 fire", "👩\u200d🚒 fire"),
        ("<style>p{}</style>", ""),
    ],
)
def test_plain_text(markup: str, text: str) -> None:
    assert without_tags(markup, 100) == text


def test_plain_text_is_cut_at_a_word() -> None:
    assert plain("one two three", 10) == "one two…"
    assert plain("x" * 100, 10) == "xxxxxxxxx…"
    assert plain("one", 3) == "one"
