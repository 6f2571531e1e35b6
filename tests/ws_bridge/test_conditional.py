"""Conditions and ranges of requests."""

import pytest

from shared.http.message import Request
from ws_bridge.conditional import etag, is_unchanged, wanted_range

TAG, AT = etag(0x1234, 100), 1771326000  # 2026-02-17T11:00:00Z
DATE, EARLIER = "Tue, 17 Feb 2026 11:00:00 GMT", "Tue, 17 Feb 2026 10:59:59 GMT"


def request(method: str = "GET", **headers: str) -> Request:
    named = [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()]
    return Request(method, b"/", named, "")


@pytest.mark.parametrize(
    ("headers", "unchanged"),
    [
        ({}, False),
        ({"if_none_match": TAG}, True),
        ({"if_none_match": f'"other", W/{TAG}'}, True),
        ({"if_none_match": "*"}, True),
        ({"if_none_match": '"other"'}, False),
        ({"if_none_match": '"other"', "if_modified_since": DATE}, False),
        ({"if_modified_since": DATE}, True),
        ({"if_modified_since": EARLIER}, False),
        ({"if_modified_since": "nonsense"}, False),
        ({"if_modified_since": "Tue, 17 Feb 99999 11:00:00 GMT"}, False),
    ],
)
def test_what_the_client_has(headers: dict[str, str], unchanged: bool) -> None:
    assert is_unchanged(request(**headers), TAG, AT) is unchanged


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-0", range(1)),
        ("bytes=10-19", range(10, 20)),
        ("bytes=90-", range(90, 100)),
        ("bytes=90-500", range(90, 100)),
        ("bytes=-5", range(95, 100)),
        ("bytes=-500", range(100)),
        ("bytes=100-", range(100, 100)),
        ("bytes=-0", range(100, 100)),
        ("bytes=500-600", range(500, 100)),
        ("bytes=20-10", None),
        ("bytes=-", None),
        ("bytes=a-b", None),
        ("bytes=0-1,5-6", None),
        ("lines=0-1", None),
        ("bytes=" + "9" * 5000 + "-", None),
    ],
)
def test_ranges(asked: str, part: range | None) -> None:
    assert wanted_range(request(range=asked), 100, TAG, AT) == part


def test_a_range_of_something_else_is_the_whole() -> None:
    """It was asked for what the client knew, or with another method."""
    some = {"range": "bytes=0-0"}
    assert wanted_range(request(**some, if_range=TAG), 100, TAG, AT) == range(1)
    assert wanted_range(request(**some, if_range=DATE), 100, TAG, AT) == range(1)
    assert wanted_range(request(**some, if_range='"other"'), 100, TAG, AT) is None
    assert wanted_range(request(**some, if_range=EARLIER), 100, TAG, AT) is None
    assert wanted_range(request("HEAD", **some), 100, TAG, AT) is None
    assert wanted_range(request(), 100, TAG, AT) is None
