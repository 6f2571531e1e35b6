"""Targets of requests, and responses as they go over the wire."""

import pytest

from stats.http_message import Heads, Request, Response, error_page

NOON = 1771326000.25  # 2026-02-17T11:00:00.25Z


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


def test_a_response_on_the_wire() -> None:
    """All of it, to the byte."""
    response = Response(b"{}\n", "application/json", 429, (("retry-after", "7"),))
    assert Heads(2).encoded(response, NOON, is_last=True) == (
        b"HTTP/1.1 429 Too Many Requests\r\n"
        b"x-content-type-options: nosniff\r\n"
        b"x-frame-options: DENY\r\n"
        b"x-xss-protection: 1; mode=block\r\n"
        b"cache-control: public, max-age=2\r\n"
        b"vary: Accept-Encoding\r\n"
        b"x-response-time: 2026-02-17T11:00:00.250000\r\n"
        b"date: Tue, 17 Feb 2026 11:00:00 GMT\r\n"
        b"content-type: application/json\r\n"
        b"retry-after: 7\r\n"
        b"content-length: 3\r\n"
        b"connection: close\r\n"
        b"\r\n{}\n"
    )


def test_a_head_tells_the_length_of_what_it_leaves_out() -> None:
    told = Heads(2).encoded(Response(b"12345", ""), NOON, is_last=False, is_head=True)
    assert b"content-length: 5\r\n" in told
    assert told.endswith(b"\r\n\r\n")
    assert b"connection" not in told


def test_the_date_goes_on() -> None:
    heads = Heads(2)
    assert b":00 GMT" in heads.start(NOON)
    assert b":00 GMT" in heads.start(NOON + 0.5)
    whole = heads.start(NOON + 0.75)
    assert b":01 GMT" in whole
    assert b"x-response-time: 2026-02-17T11:00:01.000000\r\n" in whole


def test_an_error_for_people() -> None:
    page = error_page(405, "Why.")
    assert (page.status, page.kind) == (405, "text/html; charset=utf-8")
    assert b"<h1>Method Not Allowed</h1>\n<p>Why.</p>" in page.body
    assert page.headers == (("allow", "GET, HEAD, OPTIONS"),)
    assert error_page(404, "").headers == ()
