"""Ratio, spread and verdict of `make bench`; what it measures is tested by running it."""

import importlib.util
import tomllib
from pathlib import Path

import pytest

from bench.verdict import Goal, Outcome, cells, judge, ratios, spread

GOALS = Path(__file__).parents[2] / "bench/goals.toml"

CHEAPER = Goal("stats", "readings", "CPU ms", peer="glances", at_least=30)
SOON = Goal("back", "recovery", "s", at_most=3)


def test_ratio_is_the_peers_number_over_ours_window_by_window():
    assert ratios(Outcome("x", ours=(1.0, 2.0), peer=(30.0, 80.0))) == [30.0, 40.0]


def test_ratio_skips_a_window_below_the_resolution_of_the_clock():
    assert ratios(Outcome("x", ours=(0.0, 2.0), peer=(30.0, 80.0))) == [40.0]


def test_ratio_needs_as_many_windows_of_the_peer():
    with pytest.raises(ValueError, match="shorter"):
        ratios(Outcome("x", ours=(1.0, 2.0), peer=(30.0,)))


@pytest.mark.parametrize(
    ("peer", "verdict"),
    [((30.0, 31.0), "PASS"), ((29.0, 31.0), "INCONCLUSIVE"), ((29.0, 28.0), "FAIL")],
)
def test_a_ratio_passes_where_all_windows_agree(peer, verdict):
    assert judge(CHEAPER, Outcome("stats", ours=(1.0, 1.0), peer=peer)) == verdict


@pytest.mark.parametrize(
    ("ours", "verdict"),
    [((3.0, 0.5), "PASS"), ((3.1, 0.5), "INCONCLUSIVE"), ((3.1, 4.0), "FAIL")],
)
def test_a_number_passes_where_all_windows_agree(ours, verdict):
    assert judge(SOON, Outcome("back", ours=ours)) == verdict


def test_lost_deliveries_fail_however_good_the_numbers():
    assert judge(SOON, Outcome("back", ours=(0.1,), lost="1 of 9 lost")) == "FAIL"


def test_a_partial_measure_cannot_pass_but_can_fail():
    assert judge(SOON, Outcome("back", ours=(0.1,), partial="2 of 5")) == "INCONCLUSIVE"
    assert judge(SOON, Outcome("back", ours=(9.0,), partial="2 of 5")) == "FAIL"


def test_what_was_not_measured_is_skipped_and_never_passes():
    assert judge(CHEAPER, Outcome("stats", skipped="no glances")) == "SKIP"
    assert judge(CHEAPER, Outcome("stats")) == "INCONCLUSIVE"


def test_without_a_limit_there_is_no_verdict():
    assert judge(Goal("info", "memory", "MB"), Outcome("info", ours=(1.0,))) == "-"


def test_a_goal_has_one_limit_and_a_ratio_has_a_peer():
    with pytest.raises(ValueError, match="not both"):
        Goal("x", "m", "s", peer="y", at_least=1, at_most=1)
    with pytest.raises(ValueError, match="needs a peer"):
        Goal("x", "m", "s", at_least=1)


def test_line_tells_medians_and_spread():
    outcome = Outcome("stats", ours=(1.0, 1.0, 2.0), peer=(30.0, 40.0, 90.0), note="quiet")
    assert cells(CHEAPER, outcome) == (
        "stats", "CPU ms", "1[1..2]", "40 (glances)", "40[30..45]", ">=30", "PASS", "quiet",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("numbers", "text"),
    [((), "-"), ((0.00123,), "0.001"), ((12.345,), "12.3"), ((1234.5, 5.0), "620[5..1234]")],
)
def test_spread(numbers, text):
    assert spread(numbers) == text


def test_every_goal_of_the_file_is_sound_and_has_its_measure():
    tables = tomllib.loads(GOALS.read_text())
    goals = [Goal(name, **table) for name, table in tables.items()]
    assert goals
    for goal in goals:
        assert importlib.util.find_spec(f"bench.{goal.measure}"), goal.name
