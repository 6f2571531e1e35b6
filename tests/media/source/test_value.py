"""A value out of a payload, and how it is shown."""

from typing import Any

import pytest

from media.source.value import MOST_BYTES, shown, value
from shared.errors import PayloadError
from shared.source_list import TopicSource


def source(**fields: Any) -> TopicSource:
    return TopicSource(name="x", topic="a/b", **fields)


@pytest.mark.parametrize(
    ("raw", "path", "expected"),
    [
        (b"21.5", "", 21.5), (b'"21.5"', "", 21.5), (b"on", "", "on"), (b"true", "", True),
        (b"null", "", None), (b"unavailable", "", None), (b'"unknown"', "", None),
        (b'{"a": {"b": [1, {"c": "x"}]}}', "a.b[1].c", "x"), (b"[1, 2, 3]", "[-1]", 3),
        (b'{"a.b": 0}', '["a.b"]', 0), (b'{"a": 1}', "$.a", 1), (b"NaN", "", None),
        (b"1e999", "", None), (b"9" * 400, "", None), ("a\u202eb\n".encode(), "", "ab"),
    ],
)  # fmt: skip
def test_values(raw: bytes, path: str, expected: Any) -> None:
    """Numbers are numbers however they are sent; what says that there is nothing is None."""
    assert value(raw, source(path=path)) == expected


@pytest.mark.parametrize(
    ("raw", "path", "error"),
    [
        (b"on", "a", "is no JSON"),
        (b'{"a": 1}', "b", "there is no b in the payload"),
        (b'{"a": [1]}', "a[3]", r"there is no \[3\] in a"),
        (b'{"a": 1}', "a.b", "there is no b in a"),
        (b'{"a": 1}', "", "is an object there; lead the path to a value in it"),
        (b"[1]", "", "is a list there"),
        (b"\xff\xfe", "", "is no text"),
        (b"x" * (MOST_BYTES + 1), "", "is larger than"),
        (b"[" * 100_000, "a", "is no JSON"),
    ],
)
def test_payloads_of_no_use(raw: bytes, path: str, error: str) -> None:
    with pytest.raises(PayloadError, match=error):
        value(raw, source(path=path))


@pytest.mark.parametrize(
    ("plain", "fields", "text"),
    [
        (21.456, {"unit": "°C", "decimals": 1}, "21.5 °C"), (21.456, {}, "21.456"),
        (3.0, {}, "3"), (1234567.0, {}, "1234567"), (True, {}, "on"), (False, {"unit": "x"}, "off"),
        ("open", {}, "open"), (None, {"unit": "°C"}, "-"),
    ],
)  # fmt: skip
def test_how_it_is_shown(plain: Any, fields: Any, text: str) -> None:
    assert shown(plain, source(**fields)) == text
