"""The verdict on each source, from what `media` tells."""

from datetime import UTC, datetime
from typing import Any

import pytest

from mantel.checks.sources import judge
from tests.cli.test_source import ROW

NOW = datetime(2026, 7, 1, 8, 30, tzinfo=UTC)
TOPIC = {"kind": "topic", "interval_minutes": None, "next_at": None, "text": "21.5 °C"}
HAD = "Wed 1 Jul 08:00 (30 min ago)"


def told(**changed: Any) -> tuple[str, str, str]:
    source = {**ROW, "name": "weather", **changed}
    (found,) = judge({"file": "FILE", "problems": [], "sources": [source]}, NOW)
    return found.verdict, found.text, found.advice or ""


@pytest.mark.parametrize(
    ("changed", "verdict", "text", "advice"),
    [
        ({}, "ok", f"weather: had {HAD}, 8 days", ""),
        ({"note": "2 left out"}, "ok", f"weather: had {HAD}, 8 days; 2 left out", ""),
        ({"freshness": "aged"}, "ok", f"weather: had {HAD}, 8 days", ""),
        ({"freshness": "old"}, "warning", f"weather: had {HAD}", "it is asked next in a moment"),
        (
            {"error": "is gone (410)", "failing_since_at": "2026-07-01T08:20:00Z",
             "next_at": "2026-07-01T09:20:00Z"},
            "warning",
            f"weather: failing since Wed 1 Jul 08:20 (10 min ago): is gone (410); "
            f"shown as had {HAD}",
            "look at its url in FILE; it is asked again Wed 1 Jul 09:20 (in 50 min); "
            '`mantel source refresh "weather"` asks at once',
        ),
        (
            {"error": "odd", "had_at": None, "next_at": None, "name": "x", "kind": "news"},
            "warning", "news x: odd; never had", '`mantel source refresh "x"` asks at once',
        ),
        (
            {**TOPIC, "name": "Kitchen", "freshness": "empty", "had_at": None},
            "warning", "topic Kitchen: never had",
            "does somebody publish it? `mantel watch` shows what is said",
        ),
        (
            {**TOPIC, "name": "host pi", "kind": "host", "freshness": "old"},
            "warning", f"host pi: heard of last {HAD}", "is `stats` online on that host?",
        ),
        (
            {**TOPIC, "name": "Deep", "error": "there is no [1] in sensors"},
            "warning", f"topic Deep: there is no [1] in sensors; shown as had {HAD}",
            "look at its path in FILE",
        ),
    ],
)  # fmt: skip
def test_a_source(changed: dict[str, Any], verdict: str, text: str, advice: str) -> None:
    assert told(**changed) == (verdict, text, advice)


def test_none() -> None:
    (found,) = judge({"file": "FILE", "problems": [], "sources": []}, NOW)
    assert (found.verdict, found.text) == ("ok", "none; dashboards show those that FILE names")
