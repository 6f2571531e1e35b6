"""Getting what is on the web, from servers that behave and others."""

import gzip
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from media.source.reply_error import ReplyError
from media.source.web import get, retry_after
from shared.testing import free_port
from tests.media.source.provider import Provider, Reply, provider


@pytest.fixture
def web() -> Iterator[Provider]:
    with provider() as running:
        yield running


def test_a_body_and_what_tells_that_it_is_the_same(web: Provider) -> None:
    web.say("/a", b"hello", ETag='"1"', Last_Modified="Wed, 08 Jul 2026 10:00:00 GMT")
    answer = get(f"{web.url}/a", {"q": "x y&z"}, most_bytes=10)
    assert (answer.body, answer.etag) == (b"hello", '"1"')
    assert web.asked[0].parameters == {"q": "x y&z"}
    assert web.asked[0].headers["user-agent"].startswith("Mantel/")
    web.say("/a", b"", 304)
    again = get(f"{web.url}/a", etag=answer.etag, last_modified=answer.last_modified, most_bytes=10)
    assert again.body is None
    assert web.asked[1].headers["if-none-match"] == '"1"'
    assert web.asked[1].headers["if-modified-since"] == "Wed, 08 Jul 2026 10:00:00 GMT"


def test_what_is_too_large_is_not_read_to_its_end(web: Provider) -> None:
    """Nor is what is small until it is unpacked."""
    web.say("/large", b"x" * 100_000)
    web.say("/packed", gzip.compress(b"x" * 100_000), Content_Encoding="gzip")
    for path in ("/large", "/packed"):
        with pytest.raises(ReplyError, match=r"is larger than 0\.01 MB"):
            get(web.url + path, most_bytes=10_000)


def test_redirects(web: Provider) -> None:
    """A few, of the web alone."""
    web.say("/old", b"", 301, Location="/new")
    web.say("/new", b"here")
    web.say("/file", b"", 302, Location="file:///etc/passwd")
    web.say("/round", b"", 302, Location="/round")
    assert get(f"{web.url}/old", most_bytes=100).body == b"here"
    with pytest.raises(ReplyError, match="not of the web"):
        get(f"{web.url}/file", most_bytes=100)
    with pytest.raises(ReplyError, match="without end"):
        get(f"{web.url}/round", most_bytes=100)
    assert web.count("/round") <= 6


@pytest.mark.parametrize(
    ("status", "message", "lasting"),
    [
        (401, "is not let in (401)", True),
        (403, "is refused (403)", True),
        (404, "is not there (404)", True),
        (410, "is gone (410)", True),
        (429, "was asked too often (429)", False),
        (500, "answers with an error (500)", False),
        (204, "answers with an error (204)", False),
    ],
)
def test_refusals(web: Provider, status: int, message: str, lasting: bool) -> None:
    web.say("/a", b"", status, Retry_After="120")
    with pytest.raises(ReplyError) as caught:
        get(f"{web.url}/a", most_bytes=100)
    assert str(caught.value) == message
    assert (caught.value.lasting, caught.value.retry_after_seconds) == (lasting, 120)


def test_half_a_reply(web: Provider) -> None:
    web.answers["/a"] = lambda _: Reply(b"half", length=100)
    with pytest.raises(ReplyError, match="broke off"):
        get(f"{web.url}/a", most_bytes=1000)
    web.say("/b", b"no gzip", Content_Encoding="gzip")
    with pytest.raises(ReplyError, match="garbled"):
        get(f"{web.url}/b", most_bytes=1000)


def test_a_server_that_does_not_answer(web: Provider) -> None:
    gate = threading.Event()
    web.answers["/a"] = lambda _: Reply(wait=gate)
    with pytest.raises(ReplyError, match=r"does not answer within 0\.2 s"):
        get(f"{web.url}/a", most_bytes=100, wait_seconds=0.2)
    gate.set()


@pytest.mark.parametrize("said", [b"", b"SSH-2.0-x\r\n", b"\x00" * 100])
def test_what_is_no_web_server(said: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            with server.accept()[0] as peer:
                peer.recv(100)
                peer.sendall(said)

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(ReplyError, match="broke off|cannot be had"):
            get(f"http://127.0.0.1:{server.getsockname()[1]}/", most_bytes=100)
        thread.join()


@pytest.mark.parametrize("url", ["http://[", "ftp://x/", "http://:x/", "nonsense", "http://\udce4"])
def test_addresses_that_are_none(url: str) -> None:
    with pytest.raises(ReplyError):
        get(url, most_bytes=100)


def test_nobody_there_and_no_address_in_the_message() -> None:
    with pytest.raises(ReplyError, match="cannot be reached") as caught:
        get(f"http://127.0.0.1:{free_port()}/private/token", most_bytes=100)
    assert "token" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("", None), ("120", 120), ("soon", None), ("-5", None),
        ("Wed, 08 Jul 2026 10:01:00 GMT", 60), ("Wed, 08 Jul 2026 09:00:00 GMT", 0),
        ("9" * 400, 999_999_999),
    ],
)  # fmt: skip
def test_retry_after(text: str, seconds: float | None) -> None:
    assert retry_after(text, datetime(2026, 7, 8, 10, tzinfo=UTC)) == seconds
