"""From measured numbers to a verdict. Pure.

Ours and the peer's numbers come from the same windows, one of each a window; the ratio is made
in each window, and the median of the ratios is what is told. A neighbour that slows the machine
for ten seconds then slows both.
"""

from dataclasses import dataclass
from statistics import median
from typing import Literal

Verdict = Literal["PASS", "FAIL", "INCONCLUSIVE", "SKIP", "-"]


@dataclass(frozen=True)
class Goal:
    """One table of goals.toml."""

    name: str
    measure: str
    metric: str
    peer: str = ""
    at_least: float | None = None
    at_most: float | None = None

    def __post_init__(self) -> None:
        if self.at_least is not None and self.at_most is not None:
            raise ValueError(f"{self.name}: at_least or at_most, not both")
        if self.at_least is not None and not self.peer:
            raise ValueError(f"{self.name}: at_least is a ratio and needs a peer")


@dataclass(frozen=True)
class Outcome:
    """What was measured for one goal: a number a window, and as many of the peer if it has one.

    `lost` says which deliveries went missing, `skipped` why nothing was measured,
    `partial` why it cannot be decided yet however good the numbers are.
    """

    goal: str
    ours: tuple[float, ...] = ()
    peer: tuple[float, ...] = ()
    note: str = ""
    lost: str = ""
    skipped: str = ""
    partial: str = ""


def ratios(outcome: Outcome) -> list[float]:
    """Return how many times the peer's number is ours, window by window; nothing without one."""
    if not outcome.peer:
        return []
    # below the clock's resolution ours is 0, and no ratio can be told
    return [peer / ours for ours, peer in zip(outcome.ours, outcome.peer, strict=True) if ours > 0]


def judge(goal: Goal, outcome: Outcome) -> Verdict:
    """Return PASS or FAIL where all windows agree, INCONCLUSIVE where their spread crosses."""
    if outcome.skipped:
        return "SKIP"
    if outcome.lost:
        return "FAIL"
    if goal.at_least is not None:
        met = [ratio >= goal.at_least for ratio in ratios(outcome)]
    elif goal.at_most is not None:
        met = [number <= goal.at_most for number in outcome.ours]
    else:
        return "-"
    if met and not any(met):
        return "FAIL"
    return "PASS" if met and all(met) and not outcome.partial else "INCONCLUSIVE"


HEADINGS = ("goal", "metric", "ours", "peer", "ratio[min..max]", "wanted", "verdict", "")
_WIDTHS = (18, 17, 19, 28, 16, 6, 12, 0)


def line(cells: tuple[str, ...]) -> str:
    """Return one line of the table."""
    return "  ".join(
        f"{cell:<{width}}" for cell, width in zip(cells, _WIDTHS, strict=True)
    ).rstrip()


def cells(goal: Goal, outcome: Outcome) -> tuple[str, ...]:
    """Return what stands in the line of one goal."""
    wanted, peer, ratio = "-", "-", "-"
    if goal.at_least is not None:
        wanted = f">={goal.at_least:g}"
    elif goal.at_most is not None:
        wanted = f"<={goal.at_most:g}"
    if goal.peer:
        number = short(median(outcome.peer)) + " " if outcome.peer else ""
        peer = f"{number}({goal.peer})"
        if found := ratios(outcome):
            ratio = spread(tuple(found))
    notes = (outcome.skipped, outcome.lost, outcome.partial, outcome.note)
    return (
        goal.name, goal.metric, spread(outcome.ours), peer, ratio, wanted,
        judge(goal, outcome), "; ".join(note for note in notes if note),
    )  # fmt: skip


def spread(numbers: tuple[float, ...]) -> str:
    """Return the median, with the least and the most where they say more."""
    if not numbers:
        return "-"
    if len(numbers) == 1:
        return short(numbers[0])
    return f"{short(median(numbers))}[{short(min(numbers))}..{short(max(numbers))}]"


def short(number: float) -> str:
    """Return a number with three digits that count, and at most three behind the point."""
    if abs(number) >= 100:
        return f"{number:.0f}"
    return f"{number:.3g}" if abs(number) >= 0.1 else f"{number:.3f}"
