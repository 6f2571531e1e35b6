"""The words of HTML; what is a tag must not look like text. Pure."""

from html.parser import HTMLParser

from media.source.plain_text import plain

_SKIPPED = frozenset({"script", "style", "head", "title", "svg", "noscript", "template"})
_BREAKING = frozenset(
    {"p", "br", "div", "li", "ul", "ol", "tr", "td", "th", "table", "blockquote", "hr", "figure"}
    | {f"h{level}" for level in range(1, 7)}
)
_MOST_MARKUP = 100_000


def without_tags(markup: str, most: int) -> str:
    """Return the words of an HTML text, as `plain` does."""
    if "<" not in markup and "&" not in markup:
        return plain(markup, most)
    words = _Words()
    words.feed(markup[:_MOST_MARKUP])
    words.close()
    return plain("".join(words.parts), most)


class _Words(HTMLParser):
    """Collects what stands between tags."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._skipped: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        if tag in _SKIPPED:
            self._skipped.append(tag)
        if tag in _BREAKING:
            self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._skipped:
            del self._skipped[self._skipped.index(tag) :]
        if tag in _BREAKING:
            self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self.parts.append(data)
