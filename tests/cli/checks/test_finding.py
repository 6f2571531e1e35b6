"""The verdict on all together."""

import pytest

from mantel.checks.finding import Finding, Verdict, worst


@pytest.mark.parametrize(
    ("verdicts", "together"),
    [
        ([], "ok"),
        (["ok", "ok"], "ok"),
        (["ok", "warning"], "warning"),
        (["problem", "warning"], "problem"),
    ],
)
def test_worst(verdicts: list[Verdict], together: Verdict) -> None:
    assert worst(Finding("x", verdict, "") for verdict in verdicts) == together
