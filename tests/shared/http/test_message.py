"""What a request says, and heads of responses."""

import pytest

from shared.http.message import Heads, Request, Response


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        (b"/", "/", {}),
        (b"/stats?fields=a,%20b&b=?&c", "/stats", {"fields": "a, b", "b": "?", "c": ""}),
        (b"/a?x=1&x=2", "/a", {"x": "1"}),
        (b"/a%20b%3f#part?x=1", "/a b?", {}),
        (b"//", "//", {}),
        (b"//host/stats", "//host/stats", {}),
        (b"http://host:80/stats?x=1", "/stats", {"x": "1"}),
        (b"http://host", "/", {}),
        (b"https://host?x=#y", "/", {"x": ""}),
        (b"?x=1", "/", {"x": "1"}),
        (b"http://", "", {}),
        (b"ftp://host/?x=1", "", {}),
        (b"*", "", {}),
        (b"host:80", "", {}),
        (b"", "", {}),
    ],
)
def test_a_target_is_a_path_and_a_query(target: bytes, path: str, query: dict[str, str]) -> None:
    """The path is empty when it is none."""
    request = Request("GET", target, [], "")
    assert (request.path, request.query) == (path, query)


def test_a_header_that_is_repeated_is_joined() -> None:
    request = Request("GET", b"/", [(b"x", b"1"), (b"y", b"2"), (b"x", b"3")], "")
    assert (request.header(b"x"), request.header(b"y"), request.header(b"z")) == ("1, 3", "2", None)


def test_not_modified_has_neither_kind_nor_length() -> None:
    told = Heads(b"a: b\r\n").encoded(
        Response(b"", "", 304, (("etag", '"1"'),)), 1771326000.0, is_last=False
    )
    assert told == (
        b"HTTP/1.1 304 Not Modified\r\na: b\r\n"
        b'date: Tue, 17 Feb 2026 11:00:00 GMT\r\netag: "1"\r\n\r\n'
    )
