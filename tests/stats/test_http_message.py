"""Responses as they go over the wire."""

from shared.http.message import Response
from stats.http_message import ApiHeads, error_page

NOON = 1771326000.25  # 2026-02-17T11:00:00.25Z


def test_a_response_on_the_wire() -> None:
    """All of it, to the byte."""
    response = Response(b"{}\n", "application/json", 429, (("retry-after", "7"),))
    assert ApiHeads(2).encoded(response, NOON, is_last=True) == (
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
    told = ApiHeads(2).encoded(Response(b"12345", ""), NOON, is_last=False, is_head=True)
    assert b"content-length: 5\r\n" in told
    assert told.endswith(b"\r\n\r\n")
    assert b"connection" not in told


def test_the_date_goes_on() -> None:
    heads = ApiHeads(2)
    assert b":00 GMT" in heads.start(NOON)
    assert b":00 GMT" in heads.start(NOON + 0.5)
    whole = heads.start(NOON + 0.75)
    assert b":01 GMT" in whole
    assert b"x-response-time: 2026-02-17T11:00:01.000000\r\n" in whole


def test_an_error_for_people() -> None:
    page = error_page(405, "Why.")
    assert (page.status, page.kind) == (405, "text/html; charset=utf-8")
    assert isinstance(page.body, bytes)
    assert b"<h1>Method Not Allowed</h1>\n<p>Why.</p>" in page.body
    assert page.headers == (("allow", "GET, HEAD, OPTIONS"),)
    assert error_page(404, "").headers == ()
