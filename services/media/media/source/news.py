"""RSS and Atom as news; the only module that knows feedparser. Used in the child alone."""

import calendar
import io
from datetime import UTC, datetime
from typing import Any

import feedparser

from media.source.facts import NewsItem
from media.source.markup import without_tags
from media.source.reply_error import ReplyError

MOST_BYTES = 4_000_000
_MOST_ITEMS = 40
_TITLE, _SUMMARY, _LINK = 200, 1000, 1000


def news(body: bytes, source: str, content_type: str = "") -> tuple[NewsItem, ...]:
    """Return the items of a feed, broken ones as far as they can be read; ReplyError.

    The bytes go in by a file: feedparser would take bytes for the name of one.
    """
    headers = {"content-type": content_type} if content_type else {}
    try:
        feed: Any = feedparser.parse(io.BytesIO(body), response_headers=headers)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ReplyError(f"is a feed that cannot be read ({type(error).__name__})") from None
    items = tuple(
        item for entry in feed.entries[: 2 * _MOST_ITEMS] if (item := _item(entry, source))
    )[:_MOST_ITEMS]
    if not items and not feed.get("version"):
        raise ReplyError("is no feed, neither RSS nor Atom")
    return items


def _item(entry: Any, source: str) -> NewsItem | None:  # noqa: ANN401
    title = without_tags(str(entry.get("title", "")), _TITLE)
    summary = without_tags(_markup(entry), _SUMMARY)
    if not title and not summary:
        return None
    link = str(entry.get("link", ""))
    return NewsItem(
        title=title or without_tags(summary, 80),
        summary=summary,
        source=source,
        published_at=_moment(entry),
        link=link if link.startswith(("http://", "https://")) and len(link) <= _LINK else "",
    )


def _markup(entry: Any) -> str:  # noqa: ANN401
    """Return the summary of an entry, else the beginning of its content."""
    if summary := entry.get("summary"):
        return str(summary)
    content = entry.get("content") or [{}]
    return str(content[0].get("value", ""))


def _moment(entry: Any) -> datetime | None:  # noqa: ANN401
    for key in ("published_parsed", "updated_parsed"):
        told = dict.get(entry, key)  # its own `get` takes the one for the other, and warns
        if told:
            try:
                return datetime.fromtimestamp(calendar.timegm(told), UTC)
            except (ValueError, OverflowError, OSError):
                continue
    return None
