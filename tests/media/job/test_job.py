"""Parameters and texts of jobs."""

import pytest

from media.job.heartbeat import HEARTBEAT, HeartbeatParams
from media.job.job import clip, parameters
from shared.errors import PayloadError


def test_parameters_are_put_together_by_name() -> None:
    """What comes later beats what came before; text that is a number is one."""
    found = parameters(HEARTBEAT, {"message": "a", "wait_time_ms": 5}, {"wait_time_ms": "20"})
    assert found == HeartbeatParams("a", 20)
    assert parameters(HEARTBEAT) == HeartbeatParams()


@pytest.mark.parametrize(
    "wrong", [{"wait_time_ms": 0}, {"wait_time_ms": "soon"}, {"wait": 1}, {"message": 5}]
)
def test_what_is_wrong_is_told_with_the_names_there_are(wrong: dict[str, object]) -> None:
    """So that nobody has to look them up."""
    with pytest.raises(PayloadError, match=r"of dummy \(message, wait_time_ms\)"):
        parameters(HEARTBEAT, wrong)


def test_a_text_is_one_line_without_tricks() -> None:
    """A terminal would obey it."""
    assert clip("a\nb\x1b[2Jc") == "a b [2Jc"
    assert clip("x" * 501) == "x" * 499 + "…"
