"""What is asked by topic."""

import pytest

from alarms.requests import read_request, read_set
from shared.errors import PayloadError


def test_a_request_has_fields_and_a_transaction() -> None:
    """Which is echoed."""
    ask = read_request("add", b'{"transaction": 7, "alarm_time": "0630"}')
    assert (ask.transaction, ask.fields, ask.problem) == (7, {"alarm_time": "0630"}, None)
    assert read_request("list", b"{}").problem is None
    assert read_request("delete", b'{"id": "a"}').id() == "a"
    with pytest.raises(PayloadError, match="id: is missing"):
        read_request("delete", b'{"id": 1}').id()


@pytest.mark.parametrize(
    ("verb", "raw", "problem"),
    [
        ("add", b"", "must be a JSON object"),
        ("add", b"\xff\xfe", "must be a JSON object"),
        ("add", b"[1]", "must be a JSON object"),
        ("add", b'{"a":' * 5000 + b"1" + b"}" * 5000, "must be a JSON object"),
        ("add", b'{"transaction": [1]}', "transaction: must be"),
        ("add", b'{"transaction": true}', "transaction: must be"),
        ("explode", b'{"transaction": "x"}', "there is no request 'explode'; add, update"),
    ],
)
def test_each_can_be_answered(verb: str, raw: bytes, problem: str) -> None:
    """Whatever it is."""
    assert problem in (read_request(verb, raw).problem or "")


def test_what_is_too_deep_to_be_shown_is_refused() -> None:
    """Though it can be read: what is wrong with a value is told with the value."""
    raw = b'{"alarm_time": ' + b"[" * 500 + b"]" * 500 + b"}"
    assert "nested too deeply" in (read_request("add", raw).problem or "")
    with pytest.raises(PayloadError, match="nested too deeply"):
        read_set(raw)
    shallow = b'{"alarm_time": ' + b"[" * 32 + b"]" * 32 + b"}"
    assert read_request("add", shallow).problem is None


def test_a_set_is_a_word_or_fields() -> None:
    """A word may come as JSON too."""
    assert read_set(b"snooze") == read_set(b' "snooze"\n') == "snooze"
    assert read_set(b'{"alarm_time": "0700"}') == {"alarm_time": "0700"}


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"explode", b"{", b"[]", b"\xff", b'"' + b"x" * 999 + b'"',
        b'{"alarm_time": "\xff"}', b'{"a":' * 5000 + b"1" + b"}" * 5000,
    ],
)  # fmt: skip
def test_everything_else_is_refused(raw: bytes) -> None:
    """In few words."""
    with pytest.raises(PayloadError) as caught:
        read_set(raw)
    assert len(str(caught.value)) < 200
