"""A fault is said once, and its end once."""

import logging

import pytest

from shared.complaints import Complaints

log = logging.getLogger("test")


def test_the_same_is_said_once_and_settled_once(caplog: pytest.LogCaptureFixture) -> None:
    """Said again only when it is something else, or after it was settled."""
    caplog.set_level(logging.INFO)
    complaints = Complaints(log)
    for message in ("gone", "gone", "worse", "worse"):
        complaints.say("port", message)
    complaints.settle("port")
    complaints.settle("port")
    complaints.say("port", "gone")
    assert [record.message for record in caplog.records] == [
        "port: gone", "port: worse", "port: all right again", "port: gone",
    ]  # fmt: skip


def test_memory_is_bounded(caplog: pytest.LogCaptureFixture) -> None:
    """Ten thousand topics with bad payloads do not fill the memory; the oldest is forgotten."""
    complaints = Complaints(log)
    for number in range(10_000):
        complaints.say(f"topic {number}", "bad")
    caplog.clear()
    complaints.say("topic 9999", "bad")
    complaints.say("topic 0", "bad")
    assert [record.message for record in caplog.records] == ["topic 0: bad"]
