"""Which copy a container is, asked of a DNS server as the engine's."""

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.errors import SettingsError
from shared.replica import instance
from shared.settings import Settings, load

HOST = "172.18.0.10"


def encoded(name: str) -> bytes:
    return b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0"


def record(kind: int, data: bytes) -> bytes:
    """Return a record of what was asked for: its name is a reference to the question."""
    return b"\xc0\x0c" + struct.pack(">2HIH", kind, 1, 600, len(data)) + data


@contextlib.contextmanager
def engine(*answers: bytes) -> Iterator[tuple[str, int]]:
    """Answer one question by these records, each with a header before it, and the question."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        ended = threading.Event()

        def serve() -> None:
            while not ended.is_set():
                with contextlib.suppress(TimeoutError):
                    query, asker = server.recvfrom(512)
                    assert query[12:].startswith(encoded("10.0.18.172.in-addr.arpa"))
                    head = struct.pack(">5H", 0x8180, 1, len(answers), 0, 0)
                    other = bytes([query[0] ^ 1, query[1]])
                    server.sendto(other + head + query[12:], asker)  # of an earlier question
                    server.sendto(query[:2] + head + query[12:] + b"".join(answers), asker)

        server.settimeout(0.05)
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()
        finally:
            ended.set()
            thread.join()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mantel-ws-bridge-1.mantel_default", ""),
        ("mantel-ws-bridge-2.mantel_default", "2"),
        ("my-hub-7-ws-bridge-9.my-hub-7_default", "9"),
        ("mantel_ws-bridge_3", "3"),
    ],
)
def test_the_number_of_the_container(name: str, expected: str) -> None:
    """The first has none, so that alone it is called as it always was."""
    with engine(record(12, encoded(name))) as resolver:
        assert instance(resolver, HOST) == expected


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("mantel-ws-bridge-10.mantel_default", "copy 10"),
        ("hub.mantel_default", "no number"),
        ("hub-0.mantel_default", "no number"),
    ],
)
def test_no_number_that_can_be_taken(name: str, problem: str) -> None:
    with engine(record(12, encoded(name))) as resolver, pytest.raises(ValueError, match=problem):
        instance(resolver, HOST)


@pytest.mark.parametrize(
    "answers",
    [
        (),
        (b"\xc0",),
        (b"\xc0\x0c\x00",),
        (record(12, b"\xc0\x0c" * 3)[:-5],),
        (b"\xff\xff" * 40,),
        (record(12, b"\x05ab"),),
    ],
)
def test_an_answer_that_is_none(answers: tuple[bytes, ...]) -> None:
    """Whatever it holds: names that point to themselves or beyond its end."""
    with engine(*answers) as resolver, pytest.raises(ValueError, match="no number"):
        instance(resolver, HOST)


def test_another_record_comes_first() -> None:
    with engine(record(5, encoded("alias")), record(12, encoded("bridge-4"))) as resolver:
        assert instance(resolver, HOST) == "4"


def test_no_dns_at_all(tmp_path: Path) -> None:
    """All that is wrong is told, with the name of the setting."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nobody:
        nobody.bind(("127.0.0.1", 0))
        closed = nobody.getsockname()
    with pytest.raises(ValueError, match=r"127\.0\.0\.1 does not answer"):
        instance(closed, HOST)
    with pytest.raises(SettingsError) as told:
        load(Settings, {"MANTEL_INSTANCE": "10"}, tmp_path)
    assert "MANTEL_INSTANCE=10" in told.value.problems[0]
